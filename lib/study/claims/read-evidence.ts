import { type ArrowTable, readArrow } from 'pipewright/arrow';
import { type Point, placeText } from '../score/axes.ts';
import { type EpochLog, readLog } from '../train/log.ts';
import type { Checkpoint, Evidence, LateTraining, RunEvidence, Scored, Untrained } from './evidence.ts';

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

/** Share of the epochs, at the end, whose mean is what training ended at: one epoch alone is noise. */
const endShare = 0.1;

/** Gathers what the claims need, variant by variant, run by run. */
export async function readEvidence(files: EvidenceFiles): Promise<Evidence> {
  const { varying, common } = axesOf(files.history.map(({ point }) => point));
  const nameOf = ({ point }: PlacedFile): string => placeOn(point, varying) || 'all runs';
  const variants = new Map<string, PlacedFile[]>();
  for (const history of files.history) {
    const name = nameOf(history);
    variants.set(name, [...(variants.get(name) ?? []), history]);
  }
  const evidence = [...variants].map(async ([name, histories]) => {
    const ofVariant = <F extends PlacedFile>(kind: readonly F[]): readonly F[] =>
      kind.filter((file) => nameOf(file) === name);
    const { point } = histories[0]!;
    const scores = ofVariant(files.scores);
    const [[floor], [sanity]] = [ofVariant(files.floor), ofVariant(files.sanity)];
    const settingAxes = varying.filter((axis) => axis !== 'augment');
    return {
      name,
      setting: placeOn(point, settingAxes),
      augment: typeof point.augment === 'boolean' ? point.augment : null,
      runs: await Promise.all(histories.map((history) => readRun(history, scores, floor))),
      untrained: sanity ? untrainedRows(await readArrow(sanity.path)) : [],
    };
  });
  return { common, variants: await Promise.all(evidence) };
}

async function readRun(
  history: PlacedFile,
  scores: readonly PlacedFile[],
  floor: PlacedFile | undefined,
): Promise<RunEvidence> {
  const seed = Number(history.point.seed);
  const table = await readArrow(history.path);
  const log = readLog(table);
  const stopAt = table.booleans('early_stopping').indexOf(true);
  const ofRun = scores.filter(({ point }) => Number(point.seed) === seed);
  const checkpoints = await Promise.all(
    ofRun.map(async ({ path, point }): Promise<Checkpoint> => ({
      epoch: Number(point.epoch),
      scores: scoredRows(await readArrow(path)),
    })),
  );
  return {
    seed,
    stop: log[stopAt]!.epoch,
    late: lateChange(log, stopAt),
    checkpoints: checkpoints.sort((a, b) => a.epoch - b.epoch),
    floor: floor ? floorRows(await readArrow(floor.path), seed) : [],
  };
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

function lateChange(log: readonly EpochLog[], stopAt: number): LateTraining | null {
  const end = log.slice(-Math.ceil(endShare * log.length)).flatMap(({ test }) => (test ? [test] : []));
  const stop = log[stopAt]?.test;
  if (!stop || end.length === 0) return null;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    error: mean(end.map(({ error }) => error)) - stop.error,
    loss: mean(end.map(({ loss }) => loss)) - stop.loss,
  };
}

function floorRows(table: ArrowTable, seed: number): readonly Scored[] {
  const seeds = table.numbers('seed');
  return scoredRows(table).filter((_, row) => seeds[row] === seed);
}

function scoredRows(table: ArrowTable): readonly Scored[] {
  const [image, mssim, spearman, spearmanEq8, entropy, probability] = [
    'index',
    'mssim',
    'spearman',
    'spearman_eq8',
    'entropy',
    'probability',
  ].map((name) => table.numbers(name));
  const groups = table.strings('group');
  return table.strings('method').map((method, row) => ({
    image: image![row]!,
    group: groups[row]!,
    method: method!,
    mssim: mssim![row]!,
    spearman: spearman![row]!,
    spearmanEq8: spearmanEq8![row]!,
    entropy: entropy![row]!,
    probability: probability![row]!,
  }));
}

/** The rows where every part is untrained: the cascade's last. */
function untrainedRows(table: ArrowTable): readonly Untrained[] {
  const [seeds, depths] = [table.numbers('seed'), table.numbers('depth') as number[]];
  const [mssim, spearman] = [table.numbers('mssim'), table.numbers('spearman')];
  const [checkpoints, methods] = [table.strings('checkpoint'), table.strings('method')];
  const deepest = depths.reduce((a, b) => Math.max(a, b), 0);
  return table.strings('randomisation').flatMap((randomisation, row): Untrained[] =>
    randomisation === 'cascading' && depths[row] === deepest
      ? [
          {
            seed: seeds[row]!,
            checkpoint: checkpoints[row]!,
            method: methods[row]!,
            mssim: mssim[row]!,
            spearman: spearman[row]!,
          },
        ]
      : [],
  );
}
