import type { Report } from './reference.ts';
import type { Path } from './diagnostic.ts';

/** What runs a command unless the file says otherwise: the one shell that is everywhere. */
export const SHELL = 'sh';

/** Their quotes are those that values are put into. */
const KNOWN = ['sh', 'ash', 'bash', 'dash', 'ksh', 'mksh', 'zsh'];

/** A shell as the file names it, with one blank between its words. */
export function readShell(written: string, path: Path, report: Report): string {
  const [program = '', ...options] = written.trim().split(/\s+/);
  if (!KNOWN.includes(program.slice(program.lastIndexOf('/') + 1))) {
    const hint = `${KNOWN.slice(0, -1).join(', ')} or zsh, by name or path; for another language, \`cmd: python3 script.py …\``;
    report({ path, message: `\`${program}\` is none of the shells that a command can be run by`, hint });
  } else if (options.some((option) => /^-[^-]*c/.test(option) || !/^[-+]/.test(previous(options, option)))) {
    const hint = 'the command follows them by itself, after `-c`';
    report({ path, message: 'only options can follow the shell', hint });
  }
  return [program, ...options].join(' ');
}

/** A word is an option, or what an option such as `-o` takes. */
function previous(options: readonly string[], option: string): string {
  const before = options[options.indexOf(option) - 1] ?? '';
  return /^[-+][A-Za-z]*[oO]$/.test(before) ? before : option;
}
