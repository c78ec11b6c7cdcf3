/// <reference lib="dom" />
import type { StudyData } from './data.ts';
import { listedImages, placeOfEpoch, type State, views } from './state.ts';

/** What a key changes in the explorer; null for one that means nothing there. */
export function stateOfKey(key: string, state: State, { runs }: StudyData): Partial<State> | null {
  const { epochs, stop, methods } = runs[state.run]!;
  const listed = listedImages(runs[state.run]!);
  const place = placeOfEpoch(runs[state.run]!, state.epoch);
  const epochAt = (at: number) => ({ epoch: epochs[Math.min(epochs.length - 1, Math.max(0, at))]! });
  const imageAt = (step: number) => ({
    image: listed[Math.min(listed.length - 1, Math.max(0, listed.indexOf(state.image) + step))]!,
  });
  switch (key) {
    case 'ArrowLeft':
      return epochAt(place - 1);
    case 'ArrowRight':
      return epochAt(place + 1);
    case 'ArrowUp':
      return imageAt(-1);
    case 'ArrowDown':
      return imageAt(1);
    case 'e':
      return { epoch: stop };
    case 'v':
      return { view: views[(views.indexOf(state.view) + 1) % views.length]! };
    default: {
      const method = Number(key) - 1;
      return Number.isInteger(method) && methods[method] ? { method } : null;
    }
  }
}

/** Whether a key belongs to what has the focus: selects, radios, text; a range, but for its left and right. */
export function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog')) return true;
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLInputElement) return key.startsWith('Arrow') || key === ' ';
  const own = target.closest('button, summary, a, svg[tabindex]');
  return own !== null && (key === ' ' || key === 'Enter');
}
