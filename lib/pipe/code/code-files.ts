import type { Expansion, SourceFiles } from '../files/source-files.ts';
import type { PythonEntry, TrackedCode } from '../manifest/code.ts';

/** What is wrong with a stage's code, and where in its declaration that is said. */
export interface CodeProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface CodeFile {
  readonly path: string;
  /** Null for a file that counts by its bytes. */
  readonly entry: PythonEntry | null;
}

/** What entries and globs stand for, or the first that stands for nothing. */
export function codeFiles(code: TrackedCode, sources: SourceFiles): readonly CodeFile[] | CodeProblem {
  const found: CodeFile[] = [];
  const declared = code.entries.filter(({ kind }) => kind === 'source').map(({ name }) => name);
  for (const entry of code.entries) {
    if (entry.kind === 'stage') {
      const expansion = sources.expand({ kind: 'path', path: entry.name, external: false });
      if (expansion.type === 'issue' || expansion.files[0]?.name !== entry.name) {
        const what =
          expansion.type === 'files'
            ? `there is no ${entry.name}`
            : expansion.reason === 'outside'
              ? null
              : problemText(expansion);
        // That a link leads out is said of all stages in one place.
        if (what !== null) return { path: ['use'], message: what };
      }
    }
    if (entry.kind !== 'source') found.push({ path: entry.name, entry });
  }
  for (const [key, patterns] of [
    ['python', declared],
    ['files', code.files],
  ] as const) {
    for (const [index, pattern] of patterns.entries()) {
      const expansion = sources.expand(
        /[*?[\]{}]/.test(pattern)
          ? { kind: 'glob', pattern }
          : { kind: 'path', path: pattern, external: false },
      );
      if (expansion.type === 'issue') {
        return { path: ['code', key, index], message: problemText(expansion) };
      }
      for (const { name } of expansion.files)
        found.push({ path: name, entry: key === 'python' ? { kind: 'source', name, cwd: '' } : null });
    }
  }
  return found;
}

function problemText({ path, reason }: Extract<Expansion, { type: 'issue' }>): string {
  if (reason === 'unmatched') return `no file matches ${path}`;
  return reason === 'missing' ? `there is no ${path}` : `${path} is no file that can be read (${reason})`;
}
