import type { RunData, Similarity, StudyData } from './data.ts';

export const views = ['one', 'strip', 'all'] as const;
export type View = (typeof views)[number];

export const axes = ['log', 'linear', 'multiples'] as const;
export type AxisScale = (typeof axes)[number];

/** What stands beside each map. */
export type Beside =
  { readonly kind: 'nothing' } | { readonly kind: 'epoch' | 'run' | 'method'; readonly value: number };

/** All that the reader has chosen; what is in the address. */
export interface State {
  /** Places in the lists of runs, of the run's images, and of its methods. */
  readonly run: number;
  readonly image: number;
  readonly method: number;
  /** An epoch of the run's slider. */
  readonly epoch: number;
  readonly view: View;
  readonly beside: Beside;
  /** Whether colours of a map end at its own clip, or at the greatest over the epochs. */
  readonly common: boolean;
  readonly similarity: Similarity;
  /** How strongly a map covers its image, 0 to 1. */
  readonly overlay: number;
  /** Of the figures. */
  readonly figures: string;
  readonly axis: AxisScale;
}

export function initialState({ runs, figures }: StudyData): State {
  const [run] = runs;
  return {
    ...{
      run: 0,
      image: 0,
      method: 0,
      epoch: run?.epochs.at(-1) ?? 0,
      view: 'one',
      beside: { kind: 'nothing' },
    },
    ...{ common: false, similarity: 'mssim', overlay: 0.75 },
    figures: figures.find(({ variant }) => variant === run?.variant.key)?.variant ?? '',
    axis: figures[0]?.grid.along.scale ?? 'log',
  };
}

/** The place on the run's slider that lies nearest to an epoch. */
export function placeOfEpoch({ epochs }: RunData, epoch: number): number {
  const away = epochs.map((each) => Math.abs(each - epoch));
  return away.indexOf(Math.min(...away));
}

/** Groups of the images, A before B, whichever the first class has. */
export function groupsOf({ images }: Pick<RunData, 'images'>): string[] {
  return [...new Set(images.map(({ group }) => group))].sort();
}

/** Places of the images, group by group: as they are listed. */
export function listedImages(run: Pick<RunData, 'images'>): number[] {
  return groupsOf(run).flatMap((group) =>
    run.images.flatMap((image, place) => (image.group === group ? [place] : [])),
  );
}

/** The state with what another run does not have replaced by what lies nearest. */
export function inRun(state: State, { runs }: StudyData, run: number): State {
  const [from, to] = [runs[state.run]!, runs[run]!];
  const wanted = from.images[state.image]?.index;
  const image = to.images.findIndex(({ index }) => index === wanted);
  const method = to.methods.findIndex(({ name }) => name === from.methods[state.method]?.name);
  // Early stopping is the same place of every run, whatever its epoch.
  const epoch = state.epoch === from.stop ? to.stop : to.epochs[placeOfEpoch(to, state.epoch)]!;
  return { ...state, run, image: Math.max(0, image), method: Math.max(0, method), epoch };
}
