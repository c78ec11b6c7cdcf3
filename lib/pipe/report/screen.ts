/** Takes what is drawn live off the screen; null while nothing is. */
let clear: (() => void) | null = null;

/** To be called before something else is written to the terminal, which would end up inside the drawing. */
export function makeWay(): void {
  clear?.();
}

export function drawsLive(clears: (() => void) | null): void {
  clear = clears;
}
