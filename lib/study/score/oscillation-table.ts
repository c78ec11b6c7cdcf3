import type { Columns } from 'pipewright/arrow';
import type { LabelledImages } from '../dataset/file.ts';
import { byMargin } from '../selection/lists.ts';
import { selectImages, type SelectedImage, type SelectOptions } from '../selection/select.ts';
import type { PredictionHistory } from '../train/predictions-file.ts';
import { type Point, pointColumns } from './axes.ts';
import { type Course, courseOf, type Swings, swingsOf } from './swings.ts';

/** A run: what its net says of the test images in every epoch, and where it would have stopped. */
export interface PredictedRun {
  readonly seed: number;
  readonly stop: number;
  readonly history: PredictionHistory;
}

/** One test image's course in one run. */
interface ImageSwings extends Course {
  readonly row: number;
  /** Epochs from early stopping on. */
  readonly epochs: number;
  readonly margin: Swings;
  readonly probability: Swings;
  readonly entropy: Swings;
}

/** Of every test image: how it swings from early stopping on, and its course from the first epoch on. */
export function swingsOfRun(
  { stop, history }: PredictedRun,
  labels: ArrayLike<number>,
): readonly ImageSwings[] {
  const { epochs, images } = history;
  const from = epochs.findIndex((epoch) => epoch >= stop);
  const later = epochs.slice(from);
  return Array.from({ length: images }, (_, row) => {
    const curve = (values: ArrayLike<number>): number[] => epochs.map((_, e) => values[e * images + row]!);
    const swings = (values: ArrayLike<number>): Swings => swingsOf(later, curve(values).slice(from));
    const right = curve(history.predicted).map((predicted) => predicted === labels[row]);
    return {
      row,
      epochs: later.length,
      margin: swings(history.margin),
      probability: swings(history.probability),
      entropy: swings(history.entropy),
      ...courseOf(epochs, right, curve(history.probability)),
    };
  });
}

/** The images that a run's net would have picked at early stopping. */
function pickedBy(run: PredictedRun, test: LabelledImages, options: SelectOptions): readonly SelectedImage[] {
  const { stop, history } = run;
  const { labels, drawn, index } = test.set;
  const at = history.epochs.indexOf(stop) * history.images;
  const of = <V extends Float32Array | Uint8Array>(values: V): V =>
    values.subarray(at, at + history.images) as V;
  const said = { ...history, ...{ probability: of(history.probability), margin: of(history.margin) } };
  const rating = byMargin({ ...said, predicted: of(history.predicted) }, labels);
  return selectImages({ rating, labels, drawn, index, classes: test.classes }, options).images;
}

/** One batch for each run: every test image. */
export function* imageSwingColumns(
  runs: readonly PredictedRun[],
  test: LabelledImages,
  point: Point,
): Generator<Columns> {
  for (const run of runs) {
    const swings = swingsOfRun(run, test.set.labels);
    yield { ...swingColumns(swings, test), ...pointColumns({ ...point, seed: run.seed }, swings.length) };
  }
}

/**
 * One batch for each run and each run that chooses: the images of the latter's groups. Groups that a net's own
 * probabilities have made swing by that alone: the surest are those that happened to be high.
 */
export function* groupSwingColumns(
  runs: readonly PredictedRun[],
  test: LabelledImages,
  options: SelectOptions,
  point: Point,
): Generator<Columns> {
  const picked = new Map(runs.map((run) => [run.seed, pickedBy(run, test, options)]));
  for (const run of runs) {
    const swings = swingsOfRun(run, test.set.labels);
    for (const [chooser, images] of picked)
      yield {
        ...swingColumns(
          images.map(({ row }) => swings[row]!),
          test,
        ),
        group: { type: 'utf8', values: images.map(({ group }) => group) },
        rank: { type: 'int32', values: images.map(({ rank }) => rank) },
        ...pointColumns({ ...point, seed: run.seed, chooser }, images.length),
      };
  }
}

function swingColumns(swings: readonly ImageSwings[], { set, classes }: LabelledImages): Columns {
  const ofImage = (values: ArrayLike<number>): number[] => swings.map(({ row }) => values[row]!);
  const number = (value: (of: ImageSwings) => number | null) => ({
    type: 'float64' as const,
    values: swings.map(value),
  });
  const count = (value: (of: ImageSwings) => number | null) => ({
    type: 'int32' as const,
    values: swings.map(value),
  });
  return {
    index: { type: 'int32', values: ofImage(set.index) },
    label: { type: 'int32', values: ofImage(set.labels) },
    drawn: { type: 'int32', values: ofImage(set.drawn) },
    class: { type: 'utf8', values: swings.map(({ row }) => classes[set.labels[row]!] ?? null) },
    epochs: count((of) => of.epochs),
    turning_points: count((of) => of.margin.turningPoints),
    margin_deviation: number((of) => of.margin.deviation),
    margin_jitter: number((of) => of.margin.jitter),
    probability_deviation: number((of) => of.probability.deviation),
    probability_jitter: number((of) => of.probability.jitter),
    entropy_deviation: number((of) => of.entropy.deviation),
    entropy_jitter: number((of) => of.entropy.jitter),
    forgotten: count((of) => of.forgotten),
    first_learned: count((of) => of.firstLearned),
    right: number((of) => of.right),
    mean_probability: number((of) => of.meanProbability),
    probability_spread: number((of) => of.probabilitySpread),
  };
}
