import { execFile, execFileSync } from 'node:child_process';
import type { Revision } from '../run/event.ts';
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

/** Milliseconds for git to look through all files. */
const PATIENCE = 5000;

/** What runs write by themselves is no change of the project. */
const OWN = ['artifacts', 'cache', 'pipe.lock', 'pipe.*.lock', 'experiments'];

/** The commit that lies here, and whether there are changes to it; null where there is none. */
export async function revisionOf(directory: string): Promise<Revision | null> {
  const strangers = OWN.map((name) => `:(exclude,glob)${name}`);
  const [commit, changes] = await Promise.all([
    ask(directory, ['rev-parse', '--verify', '--quiet', 'HEAD']),
    ask(directory, ['status', '--porcelain', '--', ':(top)', ...strangers]),
  ]);
  if (commit === null) return null;
  return { commit: commit.trim(), dirty: changes === null ? null : changes !== '' };
}

function ask(cwd: string, args: readonly string[]): Promise<string | null> {
  // Looking must not take the index away from somebody who commits meanwhile.
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  return new Promise((resolve) => {
    execFile('git', args, { cwd, env, timeout: PATIENCE, maxBuffer: Infinity }, (error, stdout) => {
      resolve(error === null ? stdout : null);
    });
  });
}
