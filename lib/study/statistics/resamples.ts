import { draws } from '../random.ts';

/**
 * Resamples, one after another: runs drawn with replacement, then as many values within each as it has. In two
 * arrays, since there are thousands of them for each of hundreds of sizes.
 */
export interface Resamples {
  /** Which runs were drawn: as many for each resample as there are runs. */
  readonly runs: Uint32Array;
  /** Places of the drawn values within their runs: a resample's own begin at a multiple of `room`. */
  readonly places: Uint16Array | Uint32Array;
  readonly room: number;
}

/** Made so far: resamples depend on their number and the sizes of the runs alone, which many statistics share. */
const made = new Map<string, Resamples>();

export function resamplesOf(sizes: readonly number[], count: number): Resamples {
  const key = `${count}: ${sizes.join(' ')}`;
  const found = made.get(key) ?? drawResamples(sizes, count);
  made.set(key, found);
  return found;
}

function drawResamples(sizes: readonly number[], count: number): Resamples {
  const from = draws({ seed: 0, purpose: 'bootstrap' });
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const room = sizes.length * largest;
  const runs = new Uint32Array(count * sizes.length);
  const places = largest <= 0x10000 ? new Uint16Array(count * room) : new Uint32Array(count * room);
  for (let resample = 0; resample < count; resample++) {
    const first = resample * sizes.length;
    for (let run = 0; run < sizes.length; run++) runs[first + run] = from.integer(sizes.length);
    let at = resample * room;
    for (let run = 0; run < sizes.length; run++) {
      const size = sizes[runs[first + run]!]!;
      for (let value = 0; value < size; value++) places[at++] = from.integer(size);
    }
  }
  return { runs, places, room };
}
