import { isMapping, type Json, type JsonObject } from '../json.ts';
import type { Diagnostic, Path, Problem } from './diagnostic.ts';
import { childOf, readYaml, spanOf, type YamlText } from './document.ts';
import { isName } from './name.ts';
import { inFile, withParamsFile, type ParamsFile, type ReadFile } from './params-file.ts';
import { basedOn, normalPath, whyOutside } from './path.ts';

/** One of the files that a pipeline is written in: the project's own, or one that is included. */
export interface ManifestFile {
  /** Project-relative. */
  readonly path: string;
  /** Project-relative, of the file: what paths in it are relative to. Empty for that of the project. */
  readonly directory: string;
  /** Under which its stages and its parameters stand in the whole; empty for the project's own and for what shares it. */
  readonly prefix: readonly string[];
  /** Which of the files includes it; null for the project's own. */
  readonly by: number | null;
  readonly yaml: YamlText;
  readonly params: ParamsFile | null;
  /** With the parameters in their place. */
  readonly value: Json;
}

export interface ManifestFiles {
  /** The project's own first; each before those that it includes, in their order. */
  readonly files: readonly ManifestFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a stage of the whole is written. */
export interface StageOrigin {
  readonly file: number;
  /** Its name in that file. */
  readonly name: string;
}

/** As the first step of a path: what follows is the number of a file, then a path in it. */
export const FILES = 'files that are included';
/** Between a prefix and the name of a stage. */
const SEPARATOR = '-';
/** More are files that include each other twice again and again. */
const MOST_FILES = 1000;
const TOP = 'pipeline.yaml';
const NOWHERE: [number, number] = [0, 0];

type At = Pick<ManifestFile, 'path' | 'directory' | 'prefix' | 'by'>;

/** The project's file, and all that it includes, directly and not. */
export function readFiles(text: string, name: string, read: ReadFile): ManifestFiles {
  const files: ManifestFile[] = [];
  const diagnostics: Diagnostic[] = [];
  /** By file and prefix, where it is included. */
  const included = new Map<string, string>();
  add(readYaml(text, name), { path: TOP, directory: '', prefix: [], by: null }, [TOP]);
  return { files, diagnostics };

  function add(yaml: YamlText, at: At, trail: readonly string[]): void {
    const { value, file, diagnostics: misread } = withParamsFile(yaml, read, at.directory);
    diagnostics.push(...yaml.diagnostics, ...misread);
    if (yaml.diagnostics.length + misread.length > 0) return;
    const by = files.push({ ...at, yaml, params: file, value }) - 1;
    for (const entry of entriesIn(value)) include(entry, by, trail);
  }

  function include({ file, prefix, path }: Entry, by: number, trail: readonly string[]): void {
    const { yaml, directory, prefix: above } = files[by]!;
    const report = (of: Path, message: string, hint?: string): void => {
      const place = yaml.place(...spanAt(yaml, of));
      diagnostics.push({ severity: 'error', ...place, message, ...(hint !== undefined && { hint }) });
    };
    if (prefix !== null && !isName(prefix)) {
      const hint = 'a name is a letter, then letters, digits, `-` or `_`';
      report([...path, 'prefix'], `\`${prefix}\` cannot name what a file is included as`, hint);
      return;
    }
    const at = normalPath(basedOn(directory, file));
    const outside = file.trim() === '' ? 'is empty' : whyOutside(basedOn(directory, file));
    const place =
      prefix === null && typeof entryAt(files[by]!.value, path) === 'string' ? path : [...path, 'file'];
    if (outside !== null) {
      report(place, `\`${file}\` ${outside}`);
      return;
    }
    if (trail.includes(at)) {
      const circle = [...trail.slice(trail.indexOf(at)), at].join(' → ');
      report(place, `files include each other in a circle: ${circle}`);
      return;
    }
    const scope = prefix === null ? above : [...above, prefix];
    const key = [at, ...scope].join('\0');
    const before = included.get(key);
    if (before !== undefined) {
      const as = scope.length === 0 ? '' : ` as \`${scope.join(SEPARATOR)}\``;
      report(
        place,
        `${at} is included${as} already, in ${before}`,
        'another `prefix` makes other stages of it',
      );
      return;
    }
    const text = read(at);
    if (text === null) {
      const relative =
        directory === '' ? undefined : `paths in ${files[by]!.path} are relative to ${directory}/`;
      report(place, `${at} is not there, or no text`, relative);
      return;
    }
    if (files.length === MOST_FILES) report(place, `more than ${MOST_FILES} files would be included`);
    if (files.length >= MOST_FILES) return;
    const { file: here, range } = yaml.place(...spanAt(yaml, place));
    included.set(key, `${here}:${range.start.line}`);
    const parent = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '';
    add(inFile(readYaml(text, at)), { path: at, directory: parent, prefix: scope, by }, [...trail, at]);
  }
}

interface Entry {
  readonly file: string;
  readonly prefix: string | null;
  readonly path: Path;
}

/** What is shaped otherwise is told with the shape of the rest. */
function entriesIn(value: Json): Entry[] {
  const written = isMapping(value) ? value['include'] : undefined;
  return (Array.isArray(written) ? (written as readonly Json[]) : []).flatMap((entry, index): Entry[] => {
    const path = ['include', index];
    if (typeof entry === 'string') return [{ file: entry, prefix: null, path }];
    if (!isMapping(entry) || typeof entry['file'] !== 'string') return [];
    const { file, prefix = null } = entry;
    return prefix === null || typeof prefix === 'string' ? [{ file, prefix, path }] : [];
  });
}

function entryAt(value: Json, [, index]: Path): Json | undefined {
  const written = isMapping(value) ? value['include'] : undefined;
  return Array.isArray(written) ? (written as readonly Json[])[Number(index)] : undefined;
}

function spanAt({ document }: YamlText, path: Path): [number, number] {
  let node = document.contents;
  for (const step of path) node = childOf(document, node, step)?.value ?? node;
  return node === null ? NOWHERE : spanOf(node);
}

/** A path in a file as a path of the whole. */
export function pathIn(file: number, path: Path): Path {
  return file === 0 ? path : [FILES, file, ...path];
}

export interface AllStages {
  /** By their names in the whole, as they are written; in the order of the files. */
  readonly stages: JsonObject;
  readonly origins: ReadonlyMap<string, StageOrigin>;
  readonly problems: readonly Problem[];
}

/** The stages of all files under their names in the whole. */
export function allStages(files: readonly ManifestFile[]): AllStages {
  const origins = new Map<string, StageOrigin>();
  const problems: Problem[] = [];
  const stages: Record<string, Json> = {};
  for (const [file, { prefix, value }] of files.entries()) {
    const own = isMapping(value) ? value['stages'] : undefined;
    for (const [name, stage] of Object.entries(isMapping(own) ? own : {})) {
      const full = [...prefix, name].join(SEPARATOR);
      const before = origins.get(full);
      if (before === undefined) {
        origins.set(full, { file, name });
        stages[full] = stage;
        continue;
      }
      problems.push({
        path: pathIn(file, ['stages', name]),
        part: 'key',
        message: `there is a stage \`${full}\` already, in ${placeOf(files[before.file]!, before.name)}`,
        hint: 'rename one of them, or include the file under another `prefix`',
      });
    }
  }
  return { stages, origins, problems };
}

function placeOf({ yaml }: ManifestFile, stage: string): string {
  const { document } = yaml;
  const stages = childOf(document, document.contents, 'stages')?.value ?? null;
  const key = childOf(document, stages, stage)?.key ?? null;
  const { file, range } = yaml.place(...(key === null ? NOWHERE : spanOf(key)));
  return `${file}:${range.start.line}`;
}

/** The stage that a file means by a name: its own, else one of the file that includes it, and so on. */
export function stageMeant(name: string, prefix: readonly string[], has: (name: string) => boolean): string {
  for (let length = prefix.length; length >= 0; length--) {
    const full = [...prefix.slice(0, length), name].join(SEPARATOR);
    if (has(full)) return full;
  }
  return name;
}
