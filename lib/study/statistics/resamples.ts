import { draws } from '../random.ts';

/** One resample: runs drawn with replacement, then as many values within each as it has. */
export interface Resample {
  /** Which run each is. */
  readonly runs: Int32Array;
  /** Places of the drawn values within their runs, one drawn run after another. */
  readonly places: Int32Array;
}

/** Made so far: resamples depend on their number and the sizes of the runs alone, which many statistics share. */
const made = new Map<string, readonly Resample[]>();

export function resamplesOf(sizes: readonly number[], count: number): readonly Resample[] {
  const key = `${count}: ${sizes.join(' ')}`;
  const found = made.get(key) ?? drawResamples(sizes, count);
  made.set(key, found);
  return found;
}

function drawResamples(sizes: readonly number[], count: number): readonly Resample[] {
  const from = draws({ seed: 0, purpose: 'bootstrap' });
  return Array.from({ length: count }, () => {
    const runs = Int32Array.from(sizes, () => from.integer(sizes.length));
    const places = new Int32Array(runs.reduce((sum, run) => sum + sizes[run]!, 0));
    let at = 0;
    for (const run of runs)
      for (let value = 0; value < sizes[run]!; value++) places[at++] = from.integer(sizes[run]!);
    return { runs, places };
  });
}
