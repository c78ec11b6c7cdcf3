import type { ArrowTable } from 'pipewright/arrow';
import type {
  Alternative,
  CheckpointScore,
  EpochPair,
  FloorScore,
  PairPlace,
  Scored,
  Swing,
} from './evidence.ts';

/** Rows of a table of similarities, whatever else it holds. */
export function scoredRows(table: ArrowTable): readonly Scored[] {
  const numbers = (name: string): readonly (number | null)[] => table.numbers(name);
  const [image, mssim, spearman] = [numbers('index'), numbers('mssim'), numbers('spearman')];
  const eq8 = optional(table, 'spearman_eq8');
  const common = ['mssim', 'spearman', 'spearman_eq8'].map((name) => optional(table, `${name}_common`));
  const depends = 'depends_on_image' in table.columns ? table.booleans('depends_on_image') : null;
  const [groups, classes] = [table.strings('group'), table.strings('class')];
  return table.strings('method').map((method, row) => ({
    image: image[row]!,
    class: classes[row]!,
    group: groups[row]!,
    method: method!,
    mssim: mssim[row]!,
    spearman: spearman[row]!,
    spearmanEq8: eq8[row]!,
    mssimCommon: common[0]![row]!,
    spearmanCommon: common[1]![row]!,
    spearmanEq8Common: common[2]![row]!,
    dependsOnImage: depends?.[row] ?? true,
  }));
}

/** Rows of a checkpoint's scores. */
export function checkpointRows(table: ArrowTable): readonly CheckpointScore[] {
  const [entropy, probability] = [table.numbers('entropy'), table.numbers('probability')];
  const covered = optional(table, 'covered');
  const pointing = 'pointing_game' in table.columns ? table.booleans('pointing_game') : null;
  return scoredRows(table).map((scored, row) => {
    const pointed = pointing?.[row] ?? null;
    return {
      ...scored,
      entropy: entropy[row]!,
      probability: probability[row]!,
      pointing: pointed === null ? null : Number(pointed),
      covered: covered[row]!,
    };
  });
}

/** Rows of a table by what they belong to, in order of first appearance. */
function grouped<K, R>(rows: readonly R[], keys: readonly K[]): ReadonlyMap<K, readonly R[]> {
  const found = new Map<K, R[]>();
  rows.forEach((row, at) => {
    const own = found.get(keys[at]!);
    if (own) own.push(row);
    else found.set(keys[at]!, [row]);
  });
  return found;
}

/** Pairs of epochs of one run. */
export function pairRows(table: ArrowTable): readonly EpochPair[] {
  const [from, to] = [table.numbers('epoch'), table.numbers('other_epoch')];
  const keys = table.strings('place').map((place, row) => `${place!} ${from[row]!} ${to[row]!}`);
  return [...grouped(scoredRows(table), keys)].map(([key, scores]) => {
    const [place, earlier, later] = key.split(' ');
    return { place: place as PairPlace, from: Number(earlier), to: Number(later), scores };
  });
}

/** A run's scores against other references than early stopping, a part for each of these and checkpoint. */
export function alternativeRows(table: ArrowTable): readonly Alternative[] {
  const [epochs, referenceEpochs] = [table.numbers('epoch'), table.numbers('reference_epoch')];
  const references = table.strings('reference');
  const keys = references.map((reference, row) => `${epochs[row]!} ${reference!}`);
  return [...grouped(checkpointRows(table), keys)].map(([key, scores]) => {
    const row = keys.indexOf(key);
    return {
      reference: references[row]!,
      epoch: referenceEpochs[row]!,
      checkpoints: [{ epoch: epochs[row]!, scores }],
    };
  });
}

/** Of how outputs swing, the rows of one run; turning points as a share of its epochs. */
export function swingRows(table: ArrowTable, seed: number): readonly Swing[] {
  const numbers = (name: string): readonly (number | null)[] => table.numbers(name);
  const [image, chooser, epochs, turns] = ['index', 'chooser', 'epochs', 'turning_points'].map(numbers);
  const [probability, entropy, margin] = ['probability', 'entropy', 'margin'].map((name) =>
    numbers(`${name}_deviation`),
  );
  const classes = table.strings('class');
  const seeds = table.numbers('seed');
  const rows = table.strings('group').map((group, row) => ({
    image: image![row]!,
    class: classes[row]!,
    group: group!,
    chooser: chooser![row]!,
    probability: probability![row]!,
    entropy: entropy![row]!,
    margin: margin![row]!,
    // A curve of n points can turn at n - 2 of them.
    turns: turns![row] === null || epochs![row]! < 3 ? null : turns![row]! / (epochs![row]! - 2),
  }));
  return rows.filter((_, row) => seeds[row] === seed);
}

/** Of a table of pairs of seeds, the rows of one seed's images. */
export function floorRows(table: ArrowTable, seed: number): readonly FloorScore[] {
  const [seeds, others] = [table.numbers('seed'), table.numbers('other')];
  return scoredRows(table).flatMap((scored, row) =>
    seeds[row] === seed ? [{ ...scored, other: others[row]! }] : [],
  );
}

/** Of the sanity checks of one seed, the rows where every part of the early-stopping net is untrained. */
export function untrainedRows(table: ArrowTable, seed: number): readonly Scored[] {
  const [seeds, depths] = [table.numbers('seed'), table.numbers('depth') as number[]];
  const [checkpoints, randomisations] = [table.strings('checkpoint'), table.strings('randomisation')];
  const deepest = depths.reduce((a, b) => Math.max(a, b), 0);
  return scoredRows(table).filter(
    (_, row) =>
      seeds[row] === seed &&
      checkpoints[row] === 'early stopping' &&
      randomisations[row] === 'cascading' &&
      depths[row] === deepest,
  );
}

function optional(table: ArrowTable, name: string): readonly (number | null)[] {
  return name in table.columns ? table.numbers(name) : new Array<null>(table.rows).fill(null);
}
