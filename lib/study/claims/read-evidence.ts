import { type ArrowTable, readArrow } from 'pipewright/arrow';
import { type Point, placeText } from '../score/axes.ts';
import { readLog } from '../train/log.ts';
import type { Checkpoint, EpochPair, Evidence, RunEvidence, VariantEvidence } from './evidence.ts';
import { checkpointRows, floorRows, untrainedRows } from './score-rows.ts';

/** A file and where it lies on the axes. */
export interface PlacedFile {
  readonly path: string;
  readonly point: Point;
}

export interface EvidenceFiles {
  /** One for each run. */
  readonly history: readonly PlacedFile[];
  /** One for each run and checkpoint. */
  readonly scores: readonly PlacedFile[];
  /** One for each variant. */
  readonly floor: readonly PlacedFile[];
  /** One for each variant, or none. */
  readonly sanity: readonly PlacedFile[];
}

/** Gathers what the claims need, variant by variant, run by run. */
export async function readEvidence(files: EvidenceFiles): Promise<Evidence> {
  const { varying, common } = axesOf(files.history.map(({ point }) => point));
  const nameOf = ({ point }: PlacedFile): string => placeOn(point, varying) || 'all runs';
  const settingAxes = varying.filter((axis) => axis !== 'augment');
  const names = [...new Set(files.history.map(nameOf))];
  const variants = names.map(async (name): Promise<VariantEvidence> => {
    const own = <F extends PlacedFile>(kind: readonly F[]): readonly F[] =>
      kind.filter((file) => nameOf(file) === name);
    const histories = own(files.history);
    const point = Object.fromEntries(Object.entries(histories[0]!.point).filter(([axis]) => axis !== 'seed'));
    const [floor, sanity] = await Promise.all([readFirst(own(files.floor)), readFirst(own(files.sanity))]);
    const scores = own(files.scores);
    const runs = histories.map((history) => readRun(history, scores, floor, sanity));
    return { name, setting: placeOn(point, settingAxes), point, runs: await Promise.all(runs) };
  });
  return { common, variants: await Promise.all(variants) };
}

async function readFirst([file]: readonly PlacedFile[]): Promise<ArrowTable | null> {
  return file ? readArrow(file.path) : null;
}

async function readRun(
  history: PlacedFile,
  scores: readonly PlacedFile[],
  floor: ArrowTable | null,
  sanity: ArrowTable | null,
): Promise<RunEvidence> {
  const seed = Number(history.point.seed);
  const table = await readArrow(history.path);
  const log = readLog(table);
  const stop = log[table.booleans('early_stopping').indexOf(true)]!.epoch;
  const ofRun = scores.filter(({ point }) => Number(point.seed) === seed);
  const read = ofRun.map(async ({ path, point }): Promise<Checkpoint> => ({
    epoch: Number(point.epoch),
    scores: checkpointRows(await readArrow(path)),
  }));
  const checkpoints = (await Promise.all(read)).sort((a, b) => a.epoch - b.epoch);
  return {
    seed,
    stop,
    log,
    checkpoints,
    pairs: pairsWithStop(checkpoints, stop),
    floor: floor ? floorRows(floor, seed) : [],
    lateFloor: [],
    untrained: sanity ? untrainedRows(sanity, seed) : [],
  };
}

function pairsWithStop(checkpoints: readonly Checkpoint[], stop: number): readonly EpochPair[] {
  return checkpoints.flatMap(({ epoch, scores }) =>
    epoch === stop ? [] : [{ from: Math.min(epoch, stop), to: Math.max(epoch, stop), scores }],
  );
}

/** The axes that make a run another one, but for its seed; those of one value are common to all. */
function axesOf(points: readonly Point[]): { readonly varying: readonly string[]; readonly common: string } {
  const axes = Object.keys(points[0] ?? {}).filter((axis) => axis !== 'seed' && axis !== 'epoch');
  const varying = axes.filter((axis) => new Set(points.map((point) => point[axis])).size > 1);
  const constant = axes.filter((axis) => !varying.includes(axis));
  return { varying, common: placeOn(points[0] ?? {}, constant) };
}

/** `shapes, resnet-8, augment=false` */
function placeOn(point: Point, axes: readonly string[]): string {
  return axes.map((axis) => placeText(axis, point[axis]!, '=')).join(', ');
}
