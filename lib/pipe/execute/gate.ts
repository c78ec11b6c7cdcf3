import type { Resources } from '../manifest/manifest.ts';

interface Waiting {
  readonly needs: Resources;
  readonly enter: () => void;
}

/**
 * Lets tasks in as long as what they hold together stays within bounds. In order of arrival, except that a
 * task that waits for a GPU does not hold up those that need none.
 */
export class Gate {
  readonly #bounds: Resources;
  #threads = 0;
  #gpu = 0;
  #queue: Waiting[] = [];

  constructor(bounds: Resources) {
    this.#bounds = bounds;
  }

  /** What a task gets of what it asks for: all there is, when it asks for more. */
  granted(asked: Resources): Resources {
    return {
      threads: Math.max(1, Math.min(asked.threads, this.#bounds.threads)),
      gpu: Math.min(asked.gpu, this.#bounds.gpu),
    };
  }

  /** Waits until there is room; the returned function gives it back. */
  async enter(asked: Resources): Promise<() => void> {
    const needs = this.granted(asked);
    await new Promise<void>((enter) => {
      this.#queue.push({ needs, enter });
      this.#admit();
    });
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#threads -= needs.threads;
      this.#gpu -= needs.gpu;
      this.#admit();
    };
  }

  #admit(): void {
    let blocked = false;
    this.#queue = this.#queue.filter(({ needs, enter }) => {
      const gpuFits = this.#gpu + needs.gpu <= this.#bounds.gpu;
      const threadsFit = this.#threads + needs.threads <= this.#bounds.threads;
      if (blocked || !gpuFits || !threadsFit) {
        // A wide task would wait for ever if narrow ones went on passing it.
        blocked ||= gpuFits;
        return true;
      }
      this.#threads += needs.threads;
      this.#gpu += needs.gpu;
      enter();
      return false;
    });
  }
}
