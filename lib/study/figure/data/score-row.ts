/** A heat map's scores at one checkpoint; null where undefined or not computed. */
export interface ScoreRow {
  readonly seed: number;
  readonly epoch: number;
  /** Number of the image in its source. */
  readonly image: number;
  readonly class: string;
  readonly group: string;
  readonly method: string;
  readonly mssim: number | null;
  /** Tie-corrected. */
  readonly spearman: number | null;
  /** By the paper's Eq. 8, as written. */
  readonly spearmanEq8: number | null;
  /** Of the network's output, in nats. */
  readonly entropy: number | null;
  /** p_c, of the correct class. */
  readonly probability: number | null;
  /** Share of the map's positive mass inside the object's mask. */
  readonly maskMass: number | null;
  /** 1 where the map's maximum lies inside the mask, else 0. */
  readonly pointing: number | null;
  /** Share of the image that the mask covers: what a map that knows nothing scores on both. */
  readonly covered: number | null;
}

export type Score =
  'mssim' | 'spearman' | 'spearmanEq8' | 'entropy' | 'probability' | 'maskMass' | 'pointing';

/** Distinct values in order of first appearance. */
export function distinct(rows: readonly ScoreRow[], key: 'class' | 'group' | 'method'): string[] {
  const found = [...new Set(rows.map((row) => row[key]))];
  // A before B, whichever the first class has images of: a group keeps its place and its colour.
  return key === 'group' ? found.sort() : found;
}

/** Entropy and p_c belong to an image at a checkpoint, whatever the method: one row of each. */
export function oncePerImage(rows: readonly ScoreRow[]): ScoreRow[] {
  const found = new Map<string, ScoreRow>();
  for (const row of rows) {
    const key = `${row.seed} ${row.epoch} ${row.group} ${row.image}`;
    if (!found.has(key)) found.set(key, row);
  }
  return [...found.values()];
}
