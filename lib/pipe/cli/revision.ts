import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lock } from '../store/lock.ts';

/** A file of the project as a revision has it, or git's words on why it cannot be had. */
export function fileAt(
  directory: string,
  revision: string,
  name: string,
): { readonly content: string } | { readonly error: string } {
  // A revision that looks like an option would be taken for one.
  const args = ['show', '--end-of-options', `${revision}:./${name}`];
  const pipes = { cwd: directory, encoding: 'utf8', maxBuffer: Infinity, stdio: 'pipe' } as const;
  try {
    return { content: execFileSync('git', args, pipes) };
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    return { error: (stderr ?? message).trim().replace(/^fatal: /, '') };
  }
}

/** A lock is read from a file; this one has none. */
export function lockOf(content: string, profile: string): Lock {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-lock-'));
  try {
    writeFileSync(join(directory, 'lock'), content);
    return new Lock(join(directory, 'lock'), profile);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
