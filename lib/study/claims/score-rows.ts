import type { ArrowTable } from 'pipewright/arrow';
import type { CheckpointScore, FloorScore, Scored } from './evidence.ts';

/** Rows of a table of similarities, whatever else it holds. */
export function scoredRows(table: ArrowTable): readonly Scored[] {
  const numbers = (name: string): readonly (number | null)[] => table.numbers(name);
  const [image, mssim, spearman] = [numbers('index'), numbers('mssim'), numbers('spearman')];
  const eq8 = optional(table, 'spearman_eq8');
  const [groups, classes] = [table.strings('group'), table.strings('class')];
  return table.strings('method').map((method, row) => ({
    image: image[row]!,
    class: classes[row]!,
    group: groups[row]!,
    method: method!,
    mssim: mssim[row]!,
    spearman: spearman[row]!,
    spearmanEq8: eq8[row]!,
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
