import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillIn, quote } from '../../../lib/pipe/execute/placeholders.ts';
import { TestProject } from '../run/project.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const nothing = {
  inputs: {},
  outputs: {},
  params: {},
  experiment: null,
  paramsFile: null,
  python: null,
  point: {},
  list: () => '',
};
const shells = ['/bin/sh', '/bin/bash'].filter((shell) => existsSync(shell));

/** What a shell makes of words, one a line. */
function read(shell: string, words: readonly string[], cwd: string): string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}`).join('\n');
  return execFileSync(shell, ['-c', script], { cwd, env: { HOME: '/home' } })
    .toString()
    .split('\0')
    .slice(0, -1);
}

describe('a value in a command', () => {
  test.each(shells)('is one word to %s, whatever it holds', (shell) => {
    const cwd = temporaryDirectory();
    const values = [
      '',
      '~',
      '~/x',
      '-n',
      '=ls',
      '$(touch x)',
      '`touch x`',
      "'; touch x; '",
      '\\',
      '*',
      '{a,b}',
    ];
    values.push(
      '#',
      '!',
      'a b',
      '\n',
      '\t',
      '\u001b[2J',
      'é',
      '"',
      '${HOME}',
      '$HOME',
      '\r',
      '&',
      '|',
      '%',
      '!!',
    );
    const words = values.map(quote);
    expect(read(shell, words, cwd)).toEqual(values);
    const text = fc.string({
      unit: fc.constantFrom(...`abc $'"\\\`~*?[]{}()<>|&;#!=-+\n\t,:@%^é`.split(/(?:)/u)),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (some) => {
        expect(read(shell, some.map(quote), cwd)).toEqual(some);
      }),
      { numRuns: 20 },
    );
    expect(existsSync(join(cwd, 'x'))).toBe(false);
  });

  test('that is no plain word is quoted: `~`, nothing at all, and what begins with `=`', () => {
    expect(['', '~', '~a', '=a', 'a=~'].map(quote)).toEqual(["''", "'~'", "'~a'", "'=a'", "'a=~'"]);
    expect(['a', 'a=b', './a-b_c', 'a:b,c@d%e+f'].map(quote)).toEqual(['a', 'a=b', './a-b_c', 'a:b,c@d%e+f']);
  });

  test('a list is several words, a number and a mapping JSON', () => {
    const params = { n: 3, deep: { b: [1, 'x'], a: null }, constructor: 'own' };
    const values = {
      ...nothing,
      inputs: { i: ['a', 'b c'] },
      params,
      point: { seed: 2 },
      paramsFile: '/p q',
    };
    expect(fillIn('{inputs.i} {params.n} {params.deep} {params.constructor} {seed} {params}', values)).toBe(
      `a 'b c' 3 '{"a":null,"b":[1,"x"]}' own 2 '/p q'`,
    );
  });

  test('names that every object has are names like others', () => {
    const command =
      '{toString} {constructor} {valueOf} {inputs.constructor} {outputs.valueOf} {params.toString} {params}';
    expect(fillIn(command, nothing)).toBe(command);
    const values = {
      ...nothing,
      inputs: { constructor: ['i'] },
      outputs: { valueOf: 'o' },
      point: { valueOf: 1 },
    };
    expect(fillIn(command, values)).toBe('{toString} {constructor} 1 i o {params.toString} {params}');
  });

  test('what no parameter is, nor lies in one that has no names, stays as it stands', () => {
    const params = { text: 'ab', list: ['x'], none: null, deep: { a: 1 } };
    const command =
      '{params.text.length} {params.list.0} {params.list.length} {params.none.x} {params.deep.b}';
    expect(fillIn(command, { ...nothing, params })).toBe(command);
    expect(fillIn('{params.text} {params.list} {params.none}', { ...nothing, params })).toBe(
      `ab '["x"]' null`,
    );
    const missing = '{inputs.none} {inputs.none.list} {outputs.none} {python} {params}';
    expect(fillIn(missing, nothing)).toBe(missing);
  });

  test('the interpreter and the list of an input are words, too', () => {
    const asked: unknown[] = [];
    const list = (...told: unknown[]) => {
      asked.push(told);
      return '/a list';
    };
    const values = { ...nothing, python: '/bin/my python', inputs: { i: ['a', 'b'] }, list };
    expect(fillIn('{python} x {inputs.i.list} y', values)).toBe(`'/bin/my python' x '/a list' y`);
    expect(asked).toEqual([['i', ['a', 'b']]]);
  });

  test('in a comment nothing is filled in, so that no value can go on after it', () => {
    const point = { x: "a\ntouch pwned\n'" };
    expect(fillIn('# {x}\necho {x}', { ...nothing, point })).toBe(`# {x}\necho 'a\ntouch pwned\n'\\'''`);
  });
});

describe('paths that a command is told', () => {
  test('are never options', async () => {
    const project = new TestProject({
      '-lead.txt': '1\n',
      'in/-b': '2\n',
      'pipeline.yaml': `version: 1
stages:
  a: { cmd: 'cat {inputs.i} > {outputs.x}', inputs: { i: ./-lead.txt }, outputs: { x: x } }
  b: { cmd: 'cat {inputs.i} > {outputs.x}', inputs: { i: { glob: '*.txt' } }, outputs: { x: x } }
  c: { cmd: 'cat {inputs.i} > {outputs.x}', cwd: in, inputs: { i: in/-b }, outputs: { x: x } }
`,
    });
    expect(await project.run()).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
  });

  test('stand in a file, one a line, where the command asks for their list', async () => {
    const names = Array.from(
      { length: 3000 },
      (_, i) => `in/a-file-with-a-rather-long-name-and-a-blank ${i}`,
    );
    const project = new TestProject({
      ...Object.fromEntries(names.map((name) => [name, '1\n'])),
      'pipeline.yaml': `version: 1
stages:
  list: { cmd: 'cp {inputs.i.list} {outputs.x}', inputs: { i: { glob: 'in/*' } }, outputs: { x: x } }
  loop: { cmd: 'for f in {inputs.i}; do echo "$f"; done > {outputs.x}', inputs: { i: { glob: 'in/*' } }, outputs: { x: x } }
`,
    });
    expect(await project.run()).toEqual({ list: 'ran', loop: 'ran' });
    const sorted = `${names.sort().join('\n')}\n`;
    expect(project.read('artifacts/list/x')).toBe(sorted);
    expect(project.read('artifacts/loop/x')).toBe(sorted);
  });

  test('of files whose names are commands run nothing', async () => {
    const files = { 'd/$(touch pwned)': '1', "d/'; touch pwned; '": '2', 'd/`touch pwned`': '3' };
    const project = new TestProject({ 'pipeline.yaml': '' });
    for (const [name, text] of Object.entries(files)) project.write({ [name]: text });
    writeFileSync(
      project.path('pipeline.yaml'),
      `version: 1
stages:
  a: { cmd: 'cat {inputs.f} > {outputs.x}', inputs: { f: { glob: 'd/*' } }, outputs: { x: x } }
`,
    );
    expect(await project.run()).toEqual({ a: 'ran' });
    expect(readFileSync(project.path('artifacts/a/x'), 'utf8')).toHaveLength(3);
    expect(existsSync(project.path('pwned'))).toBe(false);
  });
});
