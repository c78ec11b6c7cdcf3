import type { PackedRun } from '../report/run-data.ts';

/** An image's two maps by a method that can be compared: at early stopping and at the end. */
export interface Candidate {
  readonly run: number;
  /** Places of the image and the method in the run's data. */
  readonly image: number;
  readonly method: number;
}

export type Ineligible = { readonly method: string; readonly reason: 'unknown' | 'not of the image' };

export interface Eligible {
  readonly candidates: readonly Candidate[];
  /** Pairs that were left out: what is not seen may not be missing at random. */
  readonly leftOut: { readonly mislabelled: number; readonly empty: number; readonly same: number };
}

/** Runs that were trained and explained beyond early stopping. */
export function goesOn({ run }: PackedRun): boolean {
  return run.epochs.at(-1)! > run.stop;
}

/** Methods of the runs whose maps are of the image, and not one for each class. */
export function methodsOfImages(runs: readonly PackedRun[]): readonly string[] {
  const names = new Set(runs.flatMap(({ run }) => run.methods.map(({ name }) => name)));
  return [...names].filter((name) => whyIneligible(runs, name) === null);
}

/** A method that shows the same for a whole class would be asked about one map, again and again. */
export function whyIneligible(runs: readonly PackedRun[], method: string): Ineligible | null {
  const found = runs.flatMap(({ run }) => run.methods.filter(({ name }) => name === method));
  if (found.length === 0) return { method, reason: 'unknown' };
  return found.some(({ dependsOnImage }) => dependsOnImage === false)
    ? { method, reason: 'not of the image' }
    : null;
}

/** All pairs by a method: of images that show what their label says, whose maps differ and are not empty. */
export function eligible(runs: readonly PackedRun[], name: string): Eligible {
  const candidates: Candidate[] = [];
  const leftOut = { mislabelled: 0, empty: 0, same: 0 };
  runs.forEach(({ run }, at) => {
    const method = run.methods.findIndex((each) => each.name === name);
    if (method < 0) return;
    const [early, late] = [run.epochs.indexOf(run.stop), run.epochs.length - 1];
    run.images.forEach(({ label, drawn }, image) => {
      const [maps, clips] = [run.maps[image]![method]!, run.clips[image]![method]!];
      if (label !== drawn) leftOut.mislabelled += 1;
      else if (clips[early] === 0 || clips[late] === 0) leftOut.empty += 1;
      else if (maps[early] === maps[late]) leftOut.same += 1;
      else candidates.push({ run: at, image, method });
    });
  });
  return { candidates, leftOut };
}
