import type { RawStage } from './grammar.ts';
import { normalPath, whyOutside } from './path.ts';
import type { Report } from './reference.ts';

/** Code that is followed by its meaning, or counts by its bytes, other than a bundled TypeScript module. */
export interface TrackedCode {
  /** The interpreter that `python` names; null is the one that is found. */
  readonly python: string | null;
  /** The word by which a command calls its interpreter; null where it is the one above. */
  readonly calls: string | null;
  /** What a command puts before itself as `PYTHONPATH`. */
  readonly path: readonly string[];
  readonly entries: readonly PythonEntry[];
  /** Paths and globs of files that count by their bytes. */
  readonly files: readonly string[];
}

/**
 * Where Python begins: a stage's module; a script or a module (`-m`) that a command runs; a source that is declared.
 * They differ in where their imports are looked for.
 */
export interface PythonEntry {
  readonly kind: 'stage' | 'script' | 'module' | 'source';
  /** A project-relative path (of a source, or a glob); of a module, its dotted name. */
  readonly name: string;
  /** The command's directory. */
  readonly cwd: string;
}

export function isPython(module: string): boolean {
  return module.endsWith('.py');
}

/** Null where nothing but a TypeScript module, or the text of the command, counts. */
export function readCode(raw: RawStage, python: string | undefined, report: Report): TrackedCode | null {
  const { use, cmd, code } = raw;
  checkTogether(raw, report);
  if (raw.python?.trim() === '') report({ path: ['python'], message: 'this is empty' });
  const declared = code?.python ?? [];
  const files = code?.files ?? [];
  for (const [key, paths] of Object.entries({ python: declared, files })) {
    for (const [index, path] of paths.entries()) {
      const reason = path.trim() === '' ? 'is empty' : whyOutside(path);
      if (reason !== null) report({ path: ['code', key, index], message: `\`${path}\` ${reason}` });
    }
  }
  const calls = cmd === undefined ? [] : callsIn(cmd, normalPath(raw.cwd ?? '.'));
  const entries: PythonEntry[] = [
    ...(use !== undefined && isPython(use)
      ? [{ kind: 'stage' as const, name: normalPath(use), cwd: '' }]
      : []),
    ...calls.map(({ entry }) => entry),
    ...declared.map((path) => ({ kind: 'source' as const, name: normalPath(path), cwd: '' })),
  ];
  if (entries.length + files.length === 0 && cmd?.includes('{python}') !== true) return null;
  return {
    python: raw.python ?? python ?? null,
    calls: calls[0]?.word ?? null,
    path: calls[0]?.path ?? [],
    entries,
    files: files.map(normalPath),
  };
}

function checkTogether({ use, code, python }: RawStage, report: Report): void {
  if (use === undefined || isPython(use)) return;
  const hint = 'what a TypeScript module imports is followed by itself';
  if (code !== undefined) {
    report({ path: ['code'], part: 'key', message: '`code` is for commands and Python modules', hint });
  }
  if (python !== undefined) {
    report({ path: ['python'], part: 'key', message: '`python` is for commands and Python modules' });
  }
}

interface Call {
  /** Null where the command leaves the choice to pipe. */
  readonly word: string | null;
  readonly path: readonly string[];
  readonly entry: PythonEntry;
}

const interpreter = String.raw`(\{python\}|(?:[\w.~/-]*/)?python(?:3(?:\.\d+)?)?)`;
const options = String.raw`(?:\s+-(?:[bBdEhiIOqsSuvx]+|[WX]\s*[^\s;&|]+))*`;
const program = String.raw`(?:-m\s*([\w.]+)|(["']?)([\w./-]+\.py)\5)`;
/** Variables, a tool that runs things in an environment of the project, the interpreter, its options, the program. */
const call = new RegExp(
  String.raw`(?:^|[\s;&|(\x60])((?:[A-Za-z_]\w*=[^\s;&|]*\s+)*)((?:uv|poetry|pdm|pipenv|hatch|rye)\s+run\s+)?${interpreter}${options}\s+${program}(?=$|[\s;&|)<>\x60])`,
  'g',
);

/** The Python programs that a shell command runs, as far as its text shows them. */
export function callsIn(command: string, cwd: string): readonly Call[] {
  const text = command.replaceAll(/(^|\s)#.*$/gm, '$1');
  return [...text.matchAll(call)].flatMap(
    ([, variables = '', runner, word = '', module, , script]): Call[] => {
      const chosen = word === '{python}' || runner !== undefined;
      const given = /(?:^|\s)PYTHONPATH=(\S*)/.exec(variables)?.[1] ?? '';
      const path = given.split(':').filter((part) => /^[\w./-]+$/.test(part));
      const common = { word: chosen ? null : word, path: path.map((part) => from(cwd, part)) };
      if (module !== undefined) return [{ ...common, entry: { kind: 'module', name: module, cwd } }];
      const name = from(cwd, script!);
      return whyOutside(name) === null ? [{ ...common, entry: { kind: 'script', name, cwd } }] : [];
    },
  );
}

function from(cwd: string, path: string): string {
  return normalPath(path.startsWith('/') || cwd === '' ? path : `${cwd}/${path}`);
}
