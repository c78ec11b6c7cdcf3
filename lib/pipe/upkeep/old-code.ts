import type { Digest } from '../digest.ts';
import { look } from '../store/file-stat.ts';
import type { UnnamedFile } from '../store/inventory.ts';
import { codePath, type Layout } from '../store/layout.ts';
import { filesBelow } from '../store/tree.ts';

export interface OldCode {
  /** Codes of which nothing is kept any more. */
  readonly bundles: number;
  readonly files: readonly UnnamedFile[];
}

/** Bundles, with their maps and records, of codes that are not `needed` and were of no use since `before` (ms). */
export function oldCode(layout: Layout, needed: ReadonlySet<Digest>, before: number): OldCode {
  const directory = codePath(layout);
  if (look(directory)?.kind !== 'directory') return { bundles: 0, files: [] };
  const files = new Map<Digest, UnnamedFile[]>();
  for (const name of filesBelow(directory)) {
    const hex = /^[0-9a-f]{64}(?=\.)/.exec(name)?.[0];
    const path = `${directory}/${name}`;
    const found = look(path);
    if (hex === undefined || found?.kind !== 'file') continue;
    const code: Digest = `sha256:${hex}`;
    if (needed.has(code)) continue;
    files.set(code, [...(files.get(code) ?? []), { path, stat: found.stat }]);
  }
  const unused = [...files.values()].filter((all) =>
    all.every(({ stat }) => Number(stat.mtime / 1_000_000n) < before),
  );
  return { bundles: unused.length, files: unused.flat() };
}
