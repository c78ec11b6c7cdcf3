import type { Path } from './diagnostic.ts';
import { checkName } from './name.ts';
import type { Report } from './reference.ts';
import type { RawSites, SiteDeclaration, SiteDeclarations } from './sites-grammar.ts';
import { bytesOf, secondsOf } from './size.ts';

/** Checks what the grammar cannot. */
export function readSites(raw: RawSites, path: Path, report: Report): SiteDeclarations {
  return Object.fromEntries(
    Object.entries(raw).map(([name, site]) => [name, readSite(name, site, [...path, name], report)]),
  );
}

function readSite(name: string, raw: RawSites[string], path: Path, report: Report): SiteDeclaration {
  checkName(name, 'site', { path, part: 'key' }, report);
  const { memory, time, longest, patience, ...others } = raw;
  const amount = (text: string | undefined, key: string, of: (text: string) => number | null) => {
    if (text === undefined) return {};
    const read = of(text);
    if (read !== null) return { [key]: read };
    const [what, such] = key === 'memory' ? ['size', '`4 GB`'] : ['time', '`90 s`, `30 min` or `2 h`'];
    report({ path: [...path, key], message: `\`${text}\` is no ${what}`, hint: `such as ${such}` });
    return {};
  };
  if (raw.project !== undefined && !raw.project.startsWith('/'))
    report({
      path: [...path, 'project'],
      message: `\`${raw.project}\` is no absolute path`,
      hint: 'such as `/home/me/study`, as the nodes know it',
    });
  return {
    ...others,
    ...amount(memory, 'memory', bytesOf),
    ...amount(time, 'time', secondsOf),
    ...amount(longest, 'longest', secondsOf),
    ...amount(patience, 'patience', secondsOf),
  };
}
