import type { Diagnostic, Problem } from './diagnostic.ts';
import { readYaml } from './document.ts';
import { readRemote } from './remote.ts';
import { userGrammar, type RemoteDeclaration } from './remote-grammar.ts';
import { misshapen } from './shape.ts';
import { readSites } from './sites.ts';
import type { SiteDeclarations } from './sites-grammar.ts';
import { alone, sourceOf } from './source.ts';

/** What stands in a user's own file, `pipe.local.yaml` or `config.yaml`: nothing of it decides what is computed. */
export interface UserFile {
  readonly remote: RemoteDeclaration | null;
  readonly sites: SiteDeclarations;
  readonly diagnostics: readonly Diagnostic[];
}

export function readUserFile(text: string, file: string): UserFile {
  const yaml = readYaml(text, file);
  if (yaml.diagnostics.length > 0) return { remote: null, sites: {}, diagnostics: yaml.diagnostics };
  const value = yaml.value ?? {};
  const source = sourceOf(alone(yaml));
  const problems: Problem[] = [...misshapen(userGrammar, value)];
  const read = userGrammar.safeParse(value);
  const raw = read.success ? read.data.remote : undefined;
  const report = (problem: Problem): void => void problems.push(problem);
  const remote = raw === undefined ? null : readRemote(raw, ['remote'], false, report);
  const sites = readSites(read.success ? (read.data.sites ?? {}) : {}, ['sites'], report);
  return { remote, sites, diagnostics: problems.map((problem) => source.diagnose(problem)) };
}
