import { type ArrowTable, readArrow } from 'pipewright/arrow';
import { type Point, placeText } from '../score/axes.ts';
import { readLog } from '../train/log.ts';
import type { Alternative, Checkpoint, Evidence, RunEvidence, VariantEvidence } from './evidence.ts';
import {
  alternativeRows,
  checkpointRows,
  floorRows,
  pairRows,
  swingRows,
  untrainedRows,
} from './score-rows.ts';

/** A file and where it lies on the axes. */
export interface PlacedFile {
  readonly path: string;
  readonly point: Point;
}

/** Tables by what they hold. All but the histories may be missing. */
export interface EvidenceFiles {
  /** One for each run. */
  readonly history: readonly PlacedFile[];
  /** One for each run and checkpoint. */
  readonly scores: readonly PlacedFile[];
  /** One for each run. */
  readonly alternatives: readonly PlacedFile[];
  readonly pairs: readonly PlacedFile[];
  /** One for each variant. */
  readonly oscillation: readonly PlacedFile[];
  /** Likewise: pairs of seeds at early stopping, late, and late with the images of another. */
  readonly floor: readonly PlacedFile[];
  readonly lateFloor: readonly PlacedFile[];
  readonly crossed: readonly PlacedFile[];
  readonly sanity: readonly PlacedFile[];
}

/** Gathers what the claims need, variant by variant, run by run. */
export async function readEvidence(files: EvidenceFiles): Promise<Evidence> {
  const { varying, common } = axesOf(files.history.map(({ point }) => point));
  const nameOf = ({ point }: PlacedFile): string => placeOn(point, varying) || 'all runs';
  const settingAxes = varying.filter((axis) => axis !== 'augment');
  const names = [...new Set(files.history.map(nameOf))];
  const variants = names.map(async (name): Promise<VariantEvidence> => {
    const own = Object.fromEntries(
      Object.entries(files).map(([kind, all]: [string, readonly PlacedFile[]]) => [
        kind,
        all.filter((file) => nameOf(file) === name),
      ]),
    ) as unknown as EvidenceFiles;
    const axes = Object.entries(own.history[0]!.point).filter(([axis]) => axis !== 'seed');
    const point = Object.fromEntries(axes);
    const tables = await readShared(own);
    const runs = own.history.map((history) => readRun(history, own, tables));
    return { name, setting: placeOn(point, settingAxes), point, runs: await Promise.all(runs) };
  });
  return { common, variants: await Promise.all(variants) };
}

/** Tables of all seeds of a variant. */
type Shared = Readonly<
  Record<'oscillation' | 'floor' | 'lateFloor' | 'crossed' | 'sanity', ArrowTable | null>
>;

async function readShared(files: EvidenceFiles): Promise<Shared> {
  const first = async ([file]: readonly PlacedFile[]) => (file ? readArrow(file.path) : null);
  return {
    oscillation: await first(files.oscillation),
    floor: await first(files.floor),
    lateFloor: await first(files.lateFloor),
    crossed: await first(files.crossed),
    sanity: await first(files.sanity),
  };
}

async function readRun(history: PlacedFile, files: EvidenceFiles, shared: Shared): Promise<RunEvidence> {
  const seed = Number(history.point.seed);
  const table = await readArrow(history.path);
  const log = readLog(table);
  const ofRun = (kind: readonly PlacedFile[]) => kind.filter(({ point }) => Number(point.seed) === seed);
  const read = <T>(kind: readonly PlacedFile[], rows: (table: ArrowTable, epoch: number) => T) =>
    Promise.all(ofRun(kind).map(async ({ path, point }) => rows(await readArrow(path), Number(point.epoch))));
  const pairsOf = (all: ArrowTable | null) => (all ? floorRows(all, seed) : []);
  const checkpoints = await read(files.scores, (scores, epoch): Checkpoint => ({
    epoch,
    scores: checkpointRows(scores),
  }));
  return {
    seed,
    stop: log[table.booleans('early_stopping').indexOf(true)]!.epoch,
    log,
    checkpoints: inOrder(checkpoints),
    pairs: (await read(files.pairs, pairRows)).flat(),
    floor: pairsOf(shared.floor),
    lateFloor: pairsOf(shared.lateFloor),
    crossed: pairsOf(shared.crossed),
    swings: shared.oscillation ? swingRows(shared.oscillation, seed) : [],
    alternatives: joined((await read(files.alternatives, alternativeRows)).flat()),
    untrained: shared.sanity ? untrainedRows(shared.sanity, seed) : [],
  };
}

function inOrder(checkpoints: readonly Checkpoint[]): readonly Checkpoint[] {
  return [...checkpoints].sort((a, b) => a.epoch - b.epoch);
}

/** The checkpoints of one reference together. */
function joined(parts: readonly Alternative[]): readonly Alternative[] {
  const names = [...new Set(parts.map(({ reference }) => reference))];
  return names.map((name) => {
    const own = parts.filter(({ reference }) => reference === name);
    return { ...own[0]!, checkpoints: inOrder(own.flatMap(({ checkpoints }) => checkpoints)) };
  });
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
