import { inflateSync } from 'fflate';
import { fewerLevels, LEVELS } from './levels.ts';
import { packBytes } from './pack.ts';
import type { RunData } from './page/data.ts';
import type { PackedRun } from './run-data.ts';

export interface Limits {
  /** Bytes of all maps, so that they fit into one page; and into files beside it. */
  readonly page: number;
  readonly files: number;
}

/** What became of the maps so that they fit. */
export interface Fitted {
  readonly runs: readonly PackedRun[];
  /** In files beside the page. */
  readonly beside: boolean;
  /** Images without maps, over all runs. */
  readonly leftOut: number;
}

/**
 * As the maps are, or with fewer levels, in one page; too large for that, in files beside it, as they are, with fewer
 * levels, or of fewer images.
 */
export function fit(packed: readonly PackedRun[], { page, files }: Limits): Fitted {
  let fewer: readonly PackedRun[] | undefined;
  for (const [limit, beside] of [
    [page, false],
    [files, true],
  ] as const) {
    if (sizeOf(packed) <= limit) return { runs: packed, beside, leftOut: 0 };
    fewer ??= packed.map(withFewerLevels);
    if (sizeOf(fewer) <= limit) return { runs: fewer, beside, leftOut: 0 };
  }
  return { ...withFewerImages(fewer!, files), beside: true };
}

function sizeOf(runs: readonly PackedRun[]): number {
  let size = 0;
  for (const { blocks } of runs)
    for (const lines of blocks) for (const line of lines) size += line.length + 1;
  return size;
}

function withFewerLevels({ run, blocks }: PackedRun): PackedRun {
  const to = LEVELS[1];
  const methodOf = new Map(
    run.chunks.flatMap((chunks) => chunks.map(([block, line], method) => [`${block} ${line}`, method])),
  );
  const lines = blocks.map((own, block) =>
    own.map((text, line) => {
      const { colours } = run.methods[methodOf.get(`${block} ${line}`)!]!;
      const bytes = inflateSync(Buffer.from(text, 'base64'));
      return packBytes(fewerLevels(bytes, colours, run.levels, to));
    }),
  );
  return { run: { ...run, levels: to }, blocks: lines };
}

/** Images in the order of their rank, as many of each class and group as fit; the same for all runs. */
function withFewerImages(runs: readonly PackedRun[], limit: number): { runs: PackedRun[]; leftOut: number } {
  const ranks = [...new Set(runs.flatMap(({ run }) => run.images.map(({ rank }) => rank)))].sort(
    (a, b) => b - a,
  );
  let kept = runs.map((each) => ({ ...each }));
  for (const most of [...ranks.slice(1), 0]) {
    kept = runs.map((each) => onlyRanks(each, most));
    if (sizeOf(kept) <= limit) break;
  }
  const count = (all: readonly { readonly run: RunData }[]): number =>
    all.reduce((sum, { run }) => sum + run.chunks.filter((chunks) => chunks.length > 0).length, 0);
  return { runs: kept, leftOut: count(runs) - count(kept) };
}

/** Without the maps of images of a greater rank, but for those that others show, too. */
function onlyRanks({ run, blocks }: PackedRun, most: number): PackedRun {
  const keeps = run.images.map(({ rank }) => rank <= most);
  const chunks = run.chunks.map((own, image) => (keeps[image] ? own : []));
  const needed = new Set(chunks.flatMap((own) => own.map(([block]) => block)));
  return { run: { ...run, chunks }, blocks: blocks.map((lines, block) => (needed.has(block) ? lines : [])) };
}
