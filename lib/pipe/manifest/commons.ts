import { isMapping } from '../json.ts';
import type { Path, Problem } from './diagnostic.ts';
import type { RawManifest } from './grammar.ts';
import { pathIn, type ManifestFile } from './include.ts';
import { interpreterBasedOn } from './relocate.ts';
import type { Report } from './reference.ts';
import { readOwnResources } from './resources.ts';
import { shaped } from './shape.ts';
import { readShell, SHELL } from './shell.ts';
import { checkPassEnv, type ForAllStages } from './stage.ts';

/** What only the project's own file can say. */
const OF_THE_PROJECT = ['doctor', 'remote', 'sites'] as const;

/**
 * What each file says for all of its stages; what it does not say, the file that includes it does. `top`: the shape of
 * the project's own. Resources are the machine's, and one for all.
 */
export function commonsOf(
  files: readonly ManifestFile[],
  top: RawManifest,
  report: Report,
): readonly ForAllStages[] {
  const found: Omit<ForAllStages, 'resources'>[] = [];
  const resources: Record<string, number> = {};
  for (const [file, { by, directory, path }] of files.entries()) {
    const at = (problem: Problem): void => {
      report({ ...problem, path: pathIn(file, problem.path) });
    };
    const raw = file === 0 ? top : shapeOf(files[file]!, at);
    const above = by === null ? { shell: SHELL, passEnv: [], python: undefined } : found[by]!;
    const { passEnv = [], python, shell } = raw;
    checkPassEnv(passEnv, at);
    for (const key of file === 0 ? [] : OF_THE_PROJECT.filter((each) => raw[each] !== undefined)) {
      const message = `\`${key}\` of ${path} does not count: it is the project's that does`;
      const place: Path = [key];
      at({ path: place, part: 'key', severity: 'warning', message, hint: 'write it into pipeline.yaml' });
    }
    const own = readOwnResources(raw.resources, at);
    for (const [name, amount] of Object.entries(own)) {
      const before = Object.hasOwn(resources, name) ? resources[name]! : amount;
      const message = `there are ${before} of \`${name}\` in a file that includes this, or before it`;
      if (before !== amount) at({ path: ['resources', name], message, hint: 'say it once' });
      resources[name] = before;
    }
    found.push({
      shell: shell === undefined ? above.shell : readShell(shell, ['shell'], at),
      passEnv: [...new Set([...above.passEnv, ...passEnv])],
      python: python === undefined ? above.python : (interpreterBasedOn(directory, python) as string),
    });
  }
  return found.map((each) => ({ ...each, resources }));
}

/** Of an included file without its stages, whose shape is checked with that of all. */
function shapeOf({ value }: ManifestFile, report: Report): Partial<RawManifest> {
  const held = isMapping(value) ? value : null;
  const wrong = held !== null && held['stages'] !== undefined && !isMapping(held['stages']);
  const empty = held !== null && held['include'] === undefined && held['stages'] === undefined;
  const checked = held === null ? value : wrong ? held : { ...held, ...(!empty && { stages: {} }) };
  const { raw, problems } = shaped(checked);
  for (const problem of problems) report(problem);
  return raw ?? {};
}
