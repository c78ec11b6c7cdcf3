import type { Problem } from './diagnostic.ts';
import type { Report } from './reference.ts';

export function isName(name: string): boolean {
  return /^[A-Za-z_][\w-]*$/.test(name) && name !== '__proto__';
}

/** Names stand in ids, paths and `stage.output`; so they hold nothing that separates there. */
export function checkName(
  name: string,
  what: 'stage' | 'profile' | 'resource' | 'site' | 'input' | 'output' | 'axis',
  place: Pick<Problem, 'path' | 'part'>,
  report: Report,
): void {
  if (isName(name)) return;
  const article = ['stage', 'profile', 'resource', 'site'].includes(what) ? 'a' : 'an';
  const hint = 'a name is a letter, then letters, digits, `-` or `_`';
  report({ ...place, message: `\`${name}\` cannot name ${article} ${what}`, hint });
}
