import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import type { Action, InputMember } from '../../../lib/pipe/plan/action.ts';
import { reasonsBetween } from '../../../lib/pipe/plan/compare.ts';

const [a, b] = [digestOf('a'), digestOf('b')];

const base: Action = {
  stage: {
    version: 1,
    work: { kind: 'use', code: a },
    params: { rate: 0.1, deep: { batch: 8, layers: [1, 2] } },
    outputs: { out: 'file' },
    env: { KEY: a, UNSET: null },
    toolchain: { engine: 'onnxruntime' },
    packages: { zod: '4.0.0' },
  },
  task: { point: { seed: 0 }, previous: 1, inputs: { data: [['', a, {}]] } },
};

const context = {
  given: (keys: readonly string[]) => keys,
  changedSources: () => [{ path: 'lib/x.ts', parts: [] }],
  inputs: (_: string, position: number) => ({ path: `path${position}`, task: 'maker' }),
};

function stage(change: Partial<Action['stage']>): Action {
  return { ...base, stage: { ...base.stage, ...change } };
}

function inputs(data: readonly InputMember[], more: Action['task']['inputs'] = {}): Action {
  return { ...base, task: { ...base.task, inputs: { data, ...more } } };
}

const command = { kind: 'cmd', command: 'run', cwd: '', shell: 'sh' } as const;

describe('what changed between two actions', () => {
  const cases: [string, Action, object[], Action?][] = [
    ['nothing', structuredClone(base), []],
    [
      'a parameter',
      stage({ params: { rate: 0.2, deep: { batch: 8, layers: [1, 2] } } }),
      [{ reason: 'parameter', path: 'rate', before: 0.1, after: 0.2 }],
    ],
    [
      'parameters added and removed, nested',
      stage({ params: { deep: { batch: 8, layers: [1], new: null } } }),
      [
        { reason: 'parameter', path: 'deep.layers', before: [1, 2], after: [1] },
        { reason: 'parameter', path: 'deep.new', after: null },
        { reason: 'parameter', path: 'rate', before: 0.1 },
      ],
    ],
    [
      'code',
      stage({ work: { kind: 'use', code: b } }),
      [{ reason: 'code', before: a, after: b, files: ['lib/x.ts'] }],
    ],
    ['code that is not known', stage({ work: { kind: 'use', code: null } }), []],
    ['code that was not known', base, [], stage({ work: { kind: 'use', code: null } })],
    [
      'a command, and what it runs',
      stage({ work: { ...command, command: 'other', code: b } }),
      [
        { reason: 'command', before: 'run', after: 'other' },
        { reason: 'code', before: a, after: b, files: ['lib/x.ts'] },
      ],
      stage({ work: { ...command, code: a } }),
    ],
    [
      'a command whose code is followed from now on',
      stage({ work: { ...command, code: b } }),
      [{ reason: 'code', after: b, files: [] }],
      stage({ work: command }),
    ],
    [
      'a command whose code is followed no more',
      stage({ work: command }),
      [{ reason: 'code', before: a, files: [] }],
      stage({ work: { ...command, code: a } }),
    ],
    [
      'where and by what a command runs',
      stage({ work: { ...command, cwd: 'sub', shell: 'bash' } }),
      [{ reason: 'command', before: 'run', after: '(in sub, by bash) run' }],
      stage({ work: { ...command, cwd: '.' } }),
    ],
    [
      'nothing, of a command that was recorded without where it runs',
      stage({ work: command }),
      [],
      stage({ work: { kind: 'cmd', command: 'run', shell: 'sh' } as never }),
    ],
    [
      'a command that became a module',
      stage({ work: { kind: 'use', code: null } }),
      [{ reason: 'command', before: 'run', after: 'use …' }],
      stage({ work: { ...command, code: a } }),
    ],
    [
      'a command, with its code, that became a module',
      base,
      [{ reason: 'command', before: 'run', after: `use ${a}` }],
      stage({ work: { ...command, code: b } }),
    ],
    [
      'a module that became a command, with its code',
      stage({ work: { ...command, code: b } }),
      [{ reason: 'command', before: `use ${a}`, after: 'run' }],
    ],
    [
      'a mapping that became a value',
      stage({ params: { rate: 0.1, deep: 3 } }),
      [{ reason: 'parameter', path: 'deep', before: { batch: 8, layers: [1, 2] }, after: 3 }],
    ],
    [
      'a value that became a mapping',
      base,
      [{ reason: 'parameter', path: 'deep', before: 3, after: { batch: 8, layers: [1, 2] } }],
      stage({ params: { rate: 0.1, deep: 3 } }),
    ],
    ['packages that are not known', stage({ packages: null }), []],
    ['packages that were not known', base, [], stage({ packages: null })],
    ['a toolchain that is not known', stage({ toolchain: null }), []],
    ['a toolchain that was not known', base, [], stage({ toolchain: null })],
    [
      'a module that became a command',
      stage({ work: { kind: 'cmd', command: 'run', cwd: 'sub', shell: 'sh' } }),
      [{ reason: 'command', before: `use ${a}`, after: '(in sub) run' }],
    ],
    [
      'a package',
      stage({ packages: { zod: '4.1.0', sharp: '1.0.0' } }),
      [
        { reason: 'package', name: 'sharp', after: '1.0.0' },
        { reason: 'package', name: 'zod', before: '4.0.0', after: '4.1.0' },
      ],
    ],
    [
      'the engine',
      stage({ toolchain: {} }),
      [{ reason: 'toolchain', name: 'engine', before: 'onnxruntime' }],
    ],
    [
      'the environment',
      stage({ env: { UNSET: b, KEY: a } }),
      [{ reason: 'environment', name: 'UNSET', after: b }],
    ],
    [
      'an environment variable of which the value was recorded, that may be a secret',
      stage({ env: { UNSET: null, KEY: b } }),
      [{ reason: 'environment', name: 'KEY' }],
      stage({ env: { UNSET: null, KEY: 'hunter2' as never } }),
    ],
    [
      'a command that went past lines that failed',
      stage({ work: { kind: 'cmd', command: 'run', cwd: '.', shell: 'bash' } }),
      [{ reason: 'command', before: '(past lines that failed) run', after: '(by bash) run' }],
      stage({ work: { kind: 'cmd', command: 'run', cwd: '.' } as never }),
    ],
    ['outputs', stage({ outputs: { out: 'directory' } }), [{ reason: 'outputs-declared' }]],
    [
      'the engine’s own encoding',
      stage({ version: 2 }),
      [{ reason: 'toolchain', name: 'pipe', before: '1', after: '2' }],
    ],
    [
      'the segment before',
      { ...base, task: { ...base.task, previous: null } },
      [{ reason: 'parameter', path: 'previous', before: 1, after: null }],
    ],
    [
      'an input',
      inputs([['', b, {}]]),
      [{ reason: 'input', input: 'data', path: 'path0', task: 'maker', before: a, after: b }],
    ],
    [
      'an input’s name',
      inputs([['renamed', a, {}]]),
      [{ reason: 'input', input: 'data', path: 'path0', task: 'maker', before: a, after: a }],
    ],
    [
      'an input that is new',
      inputs([['', a, {}]], { more: [['', b, {}]] }),
      [{ reason: 'input', input: 'more', path: 'path0', task: 'maker', after: b }],
    ],
    [
      'inputs that are new, by name',
      inputs([['', a, {}]], { more: [['', b, {}]], again: [['', a, {}]] }),
      [
        { reason: 'input', input: 'again', path: 'path0', task: 'maker', after: a },
        { reason: 'input', input: 'more', path: 'path0', task: 'maker', after: b },
      ],
    ],
    [
      'an input that is declared no more',
      { ...base, task: { ...base.task, inputs: {} } },
      [{ reason: 'input', input: 'data', path: '', task: null, before: a }],
    ],
    [
      'a second file of an input',
      inputs([
        ['', a, {}],
        ['more', b, {}],
      ]),
      [{ reason: 'input', input: 'data', path: 'path1', task: 'maker', after: b }],
    ],
    [
      'a file that is no more, at a place on an axis',
      base,
      [{ reason: 'input', input: 'data', path: 'more epoch=1', task: null, before: b }],
      inputs([
        ['', a, {}],
        ['more', b, { epoch: 1 }],
      ]),
    ],
    [
      'an input that is no more',
      inputs([]),
      [{ reason: 'input', input: 'data', path: '', task: null, before: a }],
    ],
  ];

  test.each(cases)('%s', (_, after, reasons, before = base) => {
    expect(reasonsBetween(before, after, context)).toStrictEqual(reasons);
  });

  const list = (...members: [string, string, number][]): readonly InputMember[] =>
    members.map(([label, text, epoch]) => [label, digestOf(text), { seed: 0, epoch }]);
  const before = inputs(list(['', 'one', 1], ['', 'two', 2]));
  const gathered: [string, Action, object[]][] = [
    [
      'one member',
      inputs(list(['', 'one', 1], ['', 'TWO', 2])),
      [{ path: 'path1', before: digestOf('two'), after: digestOf('TWO') }],
    ],
    [
      'a member added',
      inputs(list(['', 'one', 1], ['', 'two', 2], ['', 'three', 3])),
      [{ path: 'path2', after: digestOf('three') }],
    ],
    ['a member removed', inputs(list(['', 'two', 2])), [{ path: 'epoch=1,seed=0', before: digestOf('one') }]],
    [
      'two members that swapped their bytes',
      inputs(list(['', 'two', 1], ['', 'one', 2])),
      [{ path: 'path0' }, { path: 'path1' }],
    ],
    ['the order of members', inputs(list(['', 'two', 2], ['', 'one', 1])), [{ path: 'order of files' }]],
  ];

  test.each(gathered)('of a gathered input: %s', (_, after, reasons) => {
    const each = reasons.map((reason) => ({ reason: 'input', input: 'data', ...reason }));
    expect(reasonsBetween(before, after, context)).toMatchObject(each);
    expect(reasonsBetween(before, after, context)).toHaveLength(reasons.length);
  });

  test('of code, the functions are told of the files where they are known', () => {
    const changed = [
      { path: 'lib/x.ts', parts: ['f', 'C.g'] },
      { path: 'lib/y.ts', parts: [] },
    ];
    const after = stage({ work: { kind: 'use', code: b } });
    expect(reasonsBetween(base, after, { ...context, changedSources: () => changed })).toStrictEqual([
      {
        reason: 'code',
        before: a,
        after: b,
        files: ['lib/x.ts', 'lib/y.ts'],
        parts: { 'lib/x.ts': ['f', 'C.g'] },
      },
    ]);
  });

  test('the order in which an axis was named is no change', () => {
    const one = inputs([
      ['', a, { seed: 0, epoch: 1 }],
      ['', b, { seed: 0, epoch: 2 }],
    ]);
    const two = inputs([
      ['', a, { epoch: 1, seed: 0 }],
      ['', b, { epoch: 2, seed: 0 }],
    ]);
    expect(reasonsBetween(one, two, context)).toEqual([]);
  });
});
