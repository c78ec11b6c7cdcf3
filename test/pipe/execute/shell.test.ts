import { describe, expect, test } from 'vitest';
import { shellWords } from '../../../lib/pipe/execute/shell.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const never = () => {
  throw new Error('nothing is to be written');
};

describe('the words that run a script', () => {
  test('of a shell named alone are strict', () => {
    const [program, ...words] = shellWords('sh', 'x', env, never);
    expect(program).toBe('/bin/sh');
    expect(words[0]).toBe('-e');
    expect(words.slice(-2)).toEqual(['-c', 'x']);
    expect(shellWords('bash', 'x', env, never)).toEqual(['bash', '-e', '-o', 'pipefail', '-c', 'x']);
  });

  test('of a shell that cannot fail for a pipe do without', () => {
    // Takes no options of this kind, whatever it is asked.
    expect(shellWords('false', 'x', env, never)).toEqual(['false', '-e', '-c', 'x']);
    expect(shellWords('no-such-shell', 'x', env, never)).toEqual(['no-such-shell', '-e', '-c', 'x']);
  });

  test('are looked for anew where the path is another', () => {
    expect(shellWords('bash', 'x', { PATH: '/nowhere' }, never)).toEqual(['bash', '-e', '-c', 'x']);
  });

  test('of a shell with options have these and no others', () => {
    expect(shellWords('bash -u -o noglob', 'x', env, never)).toEqual([
      'bash',
      '-u',
      '-o',
      'noglob',
      '-c',
      'x',
    ]);
  });

  test('of a script that is too long for one, in bytes, read it from a file', () => {
    const longest = 120_000;
    const fits = 'é'.repeat(longest / 2);
    expect(shellWords('bash', fits, env, never).at(-1)).toBe(fits);
    const texts: string[] = [];
    const written = (text: string) => {
      texts.push(text);
      return 'the-file';
    };
    const words = shellWords('bash -e', `${fits}.`, env, written);
    expect(words).toEqual(['bash', '-e', 'the-file']);
    expect(texts).toEqual([`${fits}.`]);
  });
});
