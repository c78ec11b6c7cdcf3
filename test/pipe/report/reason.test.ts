import { describe, expect, test } from 'vitest';
import type { Reason } from '../../../lib/pipe/plan/reason.ts';
import { reasonKind, reasonText } from '../../../lib/pipe/report/reason.ts';

const old = `sha256:${'a1'.repeat(32)}` as const;
const young = `sha256:${'b2'.repeat(32)}` as const;

const cases: [string, Reason, string, string?][] = [
  ['a task never built', { reason: 'never-built' }, 'never built'],
  ['a forced task', { reason: 'forced' }, 'forced'],
  [
    'a changed parameter',
    { reason: 'parameter', path: 'train.rate', before: 0.1, after: 0.2 },
    'parameter train.rate changed: 0.1 -> 0.2',
  ],
  [
    'an added parameter',
    { reason: 'parameter', path: 'model', after: { depth: 8 } },
    'parameter model added: {"depth":8}',
  ],
  [
    'a removed parameter',
    { reason: 'parameter', path: 'train.rate', before: null },
    'parameter train.rate removed (was null)',
  ],
  [
    'an edited file of the project',
    { reason: 'input', input: 'csv', path: 'data/a.csv', task: null, before: old, after: young },
    'input csv: data/a.csv changed: a1a1a1a1a1 -> b2b2b2b2b2',
    'input csv: data/a.csv changed',
  ],
  [
    'an output of another task with other bytes',
    {
      reason: 'input',
      input: 'maps',
      path: 'artifacts/m/epoch=5/x',
      task: 'm@epoch=5',
      before: old,
      after: young,
    },
    'input maps: artifacts/m/epoch=5/x changed: a1a1a1a1a1 -> b2b2b2b2b2 (made by m@epoch=5)',
    'input maps changed (made by m)',
  ],
  [
    'an input that came',
    { reason: 'input', input: 'maps', path: 'artifacts/x', task: 'm@epoch=9', after: young },
    'input maps: artifacts/x added: b2b2b2b2b2 (made by m@epoch=9)',
    'input maps added (made by m)',
  ],
  [
    'changed code, by file',
    { reason: 'code', before: old, after: young, files: ['lib/a.ts', 'lib/b.ts'] },
    'code changed: lib/a.ts, lib/b.ts',
  ],
  ['changed code', { reason: 'code', before: old, after: young, files: [] }, 'code changed'],
  [
    'a changed command, on one line',
    { reason: 'command', before: 'sort a', after: '\n  sort a\n  uniq\n' },
    "command changed: 'sort a' -> 'sort a; uniq'",
  ],
  [
    'another version of a package',
    { reason: 'package', name: 'zod', before: '4.1.0', after: '4.2.0' },
    'package zod changed: 4.1.0 -> 4.2.0',
  ],
  [
    'another engine',
    { reason: 'toolchain', name: 'engine', before: 'cpu', after: 'cuda' },
    'toolchain engine changed: cpu -> cuda',
  ],
  [
    'an environment variable that was unset',
    { reason: 'environment', name: 'LANG', before: old },
    'environment variable LANG removed',
  ],
  [
    'an environment variable, never with its value',
    { reason: 'environment', name: 'LANG', before: old, after: young },
    'environment variable LANG changed',
  ],
  [
    'an environment variable of whose value no digest was kept',
    { reason: 'environment', name: 'LANG' },
    'environment variable LANG changed',
  ],
  ['other outputs', { reason: 'outputs-declared' }, 'the declared outputs changed'],
  [
    'a stage with a mistake',
    { reason: 'unchecked' },
    'its stage has a mistake, and whether anything changed is not known',
  ],
  [
    'a lost output',
    { reason: 'output-lost', path: 'artifacts/x' },
    'artifacts/x is gone or was edited, and the store no longer has it',
  ],
  [
    'a temporary output that is needed again',
    { reason: 'temp-needed', path: 'artifacts/x', by: 'plot' },
    'artifacts/x, which is temporary and gone, is needed by plot',
  ],
];

describe('a reason to run', () => {
  test.each(cases)('%s is one line', (_title, reason, text, kind = text) => {
    expect(reasonText(reason)).toBe(text);
    expect(reasonKind(reason)).toBe(kind);
  });
});
