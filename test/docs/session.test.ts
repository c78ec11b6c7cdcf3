import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agree, follow } from '../../scripts/docs/session.ts';

function played(page: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-page-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  return follow(page, directory).page;
}

const written = '```text\n# a/b.txt\none\ntwo\n```\n';

describe('a page that is followed', () => {
  test('stays as it is where its commands print what it shows', () => {
    const page = `${written}\n\`\`\`console\n$ cat a/b.txt\n# a/b.txt\none\ntwo\n$ true\n\`\`\`\n`;
    expect(played(page)).toBe(page);
  });

  test('gets what they print where it shows something else, errors and all', () => {
    const page = `${written}\n\`\`\`console\n$ tail -n 1 a/b.txt\none\n$ echo oops >&2; false\n\`\`\`\n`;
    expect(played(page)).toContain('$ tail -n 1 a/b.txt\ntwo\n$ echo oops >&2; false\noops\n```');
  });

  test('changes files as a `diff` says, whose lines have to be there', () => {
    const diff = '```diff\n# a/b.txt\n one\n-two\n+three\n```\n';
    expect(played(`${written}${diff}\`\`\`console\n$ tail -n 2 a/b.txt\n\`\`\`\n`)).toContain('one\nthree\n');
    expect(() => played(`${written}${diff.replace(' one', ' eins')}`)).toThrow(
      'line 6: the file has not once',
    );
  });

  test('goes where its commands go', () => {
    expect(played('```console\n$ mkdir x && cd x\n$ basename "$PWD"\n```\n')).toContain('PWD"\nx\n');
  });
});

test.each([
  ['ran       a (0.1 s)', 'ran       a (12 s)', true],
  ['ran       a (0.1 s)\nran       b (1 s)', 'ran       b (2 s)\nran       a (0.1 s)', true],
  ['failed  a: x\n        | 1\nran       b (1 s)', 'ran       b (1 s)\nfailed  a: x\n        | 1', true],
  ['failed  a: x\n        | 1', 'failed  a: x\n        | 2', false],
  ['  failed  a: x\n  failed  b: y', '  failed  b: y\n  failed  a: x', true],
  ['a\n…\nc', 'a\nb\nb\nc', true],
  ['a\n…\nc', 'a\nb', false],
  ['a', 'a\nb', false],
  ['made 2', 'made 3', false],
])('%j agrees with %j: %s', (shown, printed, expected) => {
  expect(agree(`${shown}\n`, `${printed}\n`)).toBe(expected);
});
