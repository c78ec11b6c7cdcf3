import { execFileSync } from 'node:child_process';
import { mistake, type Context } from './context.ts';

/** A file of the project as a revision has it; null after saying why it cannot be had. */
export function fileAt(
  context: Context,
  { directory, revision, name }: Readonly<Record<'directory' | 'revision' | 'name', string>>,
  hint: string,
): string | null {
  // A revision that looks like an option would be taken for one.
  const content = git(directory, ['show', '--end-of-options', `${revision}:./${name}`]);
  if (content !== null) return content;
  const asked: readonly [readonly string[], string][] = [
    [['--version'], 'git is not installed, or does not start'],
    [['rev-parse', '--git-dir'], `${directory} is not in a git repository`],
    [
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{tree}`],
      `there is no git revision \`${revision}\``,
    ],
  ];
  const failed = asked.find(([args]) => git(directory, args) === null);
  if (failed !== undefined) mistake(context, failed[1], hint);
  else
    mistake(
      context,
      `there is no ${name} in ${revision}`,
      `\`git log -- ${name}\` lists revisions that have it`,
    );
  return null;
}

/** What it prints; null when it fails. */
function git(cwd: string, args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: Infinity, stdio: 'pipe' });
  } catch {
    return null;
  }
}
