import { count, bytes } from '../../report/quantity.ts';

/** A file below a directory, and its size in bytes. */
export interface TreeFile {
  readonly path: string;
  readonly size: number;
}

interface Branch {
  readonly name: string;
  readonly branches: Map<string, Branch>;
  files: number;
  size: number;
  leaf: boolean;
}

/**
 * A directory as a tree: each level with its sizes, directories with how much is below them. Of long levels the first
 * entries, and how many more there are; deep ones are told by their directory.
 */
export function treeText(files: readonly TreeFile[], longest: number): string[] {
  const root = branchOf('');
  for (const { path, size } of files) {
    let at = root;
    add(at, size);
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const next = at.branches.get(part) ?? branchOf(part);
      at.branches.set(part, next);
      next.leaf = index === parts.length - 1;
      add(next, size);
      at = next;
    }
  }
  return [`${count(root.files, 'file')}, ${bytes(root.size)}`, ...linesOf(root, '  ', longest)];
}

function branchOf(name: string): Branch {
  return { name, branches: new Map(), files: 0, size: 0, leaf: false };
}

function add(branch: Branch, size: number): void {
  branch.files += 1;
  branch.size += size;
}

function linesOf({ branches }: Branch, indent: string, longest: number): string[] {
  const all = [...branches.values()];
  const shown = all.slice(0, longest);
  const lines = shown.flatMap((branch) =>
    branch.leaf
      ? [`${indent}${branch.name}  ${bytes(branch.size)}`]
      : [
          `${indent}${branch.name}/  ${bytes(branch.size)} in ${count(branch.files, 'file')}`,
          ...linesOf(branch, `${indent}  `, Math.max(3, Math.floor(longest / 2))),
        ],
  );
  const more = all.length - shown.length;
  return more > 0 ? [...lines, `${indent}and ${more} more`] : lines;
}
