import { spawnSync } from 'node:child_process';

type Environment = Readonly<Record<string, string>>;

/** Bytes of one argument that every system takes (Linux: 128 KiB with the zero byte at its end). */
const longestArgument = 120_000;

/** By how a shell is found: whether it can fail for a pipe. */
const knowing = new Map<string, boolean>();

/**
 * The words that run a script. A shell named alone stops at the first line that fails and, if it can, fails for a
 * pipe of which any command did; one with options is given these and no others. A script too long to be a word is
 * read from a file that `written` writes.
 */
export function shellWords(
  shell: string,
  script: string,
  env: Environment,
  written: (script: string) => string,
): readonly string[] {
  const [name = '', ...options] = shell.split(' ');
  const program = name === 'sh' ? '/bin/sh' : name;
  const strict = options.length > 0 ? options : ['-e', ...(knowsPipefail(program, env) ? pipefail : [])];
  const given = Buffer.byteLength(script) > longestArgument ? [written(script)] : ['-c', script];
  return [program, ...strict, ...given];
}

const pipefail = ['-o', 'pipefail'];

function knowsPipefail(program: string, env: Environment): boolean {
  const key = `${program}\0${env['PATH'] ?? ''}`;
  const known = knowing.get(key) ?? spawnSync(program, [...pipefail, '-c', ':'], { env }).status === 0;
  knowing.set(key, known);
  return known;
}
