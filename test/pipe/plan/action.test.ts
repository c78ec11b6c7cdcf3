import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf, type Digest } from '../../../lib/pipe/digest.ts';
import type { Task } from '../../../lib/pipe/graph/graph.ts';
import type { JsonObject } from '../../../lib/pipe/json.ts';
import {
  decodeAction,
  encodeAction,
  encodeStageAction,
  encodeTaskAction,
  fingerprintOf,
  stageAction,
  type InputMember,
  type StageAction,
} from '../../../lib/pipe/plan/action.ts';
import { graphOf, stageOf } from './builder.ts';

const facts = { code: digestOf('code'), packages: {}, toolchain: {}, env: {} };
const task = graphOf([{ id: 'a' }, { id: 'b' }, { id: 'c', reads: ['b', 'a'] }]).tasks[2]!;

function fingerprint(params: JsonObject, inputs: readonly (readonly InputMember[])[]) {
  const stage = encodeStageAction(stageAction(stageOf({ id: 'c' }), params, facts));
  return fingerprintOf(encodeAction(stage, encodeTaskAction(task, inputs)));
}

const [one, two] = [digestOf('one'), digestOf('two')];

describe('the fingerprint', () => {
  const whole: {
    readonly stage: StageAction;
    readonly task: Omit<Task, 'previous'> & { readonly previous: number | null };
    readonly inputs: readonly (readonly InputMember[])[];
  } = {
    stage: stageAction(stageOf({ id: 'c' }), { rate: 0.1 }, facts),
    task: { ...task, point: { epoch: 2 }, previous: 1 },
    inputs: [[['x', one, { epoch: 1 }]], []],
  };
  const { stage } = whole;
  const command = { kind: 'cmd', command: 'x', cwd: '', shell: 'sh' } as const;
  const changes: Record<string, Partial<typeof whole>> = {
    version: { stage: { ...stage, version: stage.version + 1 } },
    code: { stage: { ...stage, work: { kind: 'use', code: two } } },
    'code for a command': { stage: { ...stage, work: command } },
    command: { stage: { ...stage, work: { ...command, command: 'y' } } },
    'directory of a command': { stage: { ...stage, work: { ...command, cwd: 'sub' } } },
    'shell of a command': { stage: { ...stage, work: { ...command, shell: 'bash' } } },
    params: { stage: { ...stage, params: { rate: 0.2 } } },
    'name of an output': { stage: { ...stage, outputs: { other: 'file' } } },
    'kind of an output': { stage: { ...stage, outputs: { out: 'directory' } } },
    env: { stage: { ...stage, env: { KEY: one } } },
    'env, unset': { stage: { ...stage, env: { KEY: null } } },
    toolchain: { stage: { ...stage, toolchain: { engine: 'other' } } },
    packages: { stage: { ...stage, packages: { zod: '4.0.0' } } },
    'version of a package': { stage: { ...stage, packages: { zod: '4.0.1' } } },
    point: { task: { ...whole.task, point: { epoch: 3 } } },
    previous: { task: { ...whole.task, previous: 0 } },
    'no previous': { task: { ...whole.task, previous: null } },
    'label of an input': { inputs: [[['y', one, { epoch: 1 }]], []] },
    'bytes of an input': { inputs: [[['x', two, { epoch: 1 }]], []] },
    'place of an input': { inputs: [[['x', one, { epoch: 2 }]], []] },
    'number of inputs': {
      inputs: [
        [
          ['x', one, { epoch: 1 }],
          ['x', one, { epoch: 1 }],
        ],
        [],
      ],
    },
  };

  test('is another one for each of them when any field of the action is', () => {
    const seen = new Map<string, string>();
    for (const [field, change] of [['nothing', {}] as const, ...Object.entries(changes)]) {
      const { stage, task, inputs } = { ...whole, ...change };
      const text = encodeAction(encodeStageAction(stage), encodeTaskAction(task, inputs));
      const fingerprint = fingerprintOf(text);
      expect([field, seen.get(fingerprint)]).toEqual([field, undefined]);
      seen.set(fingerprint, field);
    }
  });

  test('has every field of the stage that the table has, and takes each from where it is declared', () => {
    expect(Object.keys(stage).sort()).toEqual([
      ...['env', 'outputs', 'packages', 'params', 'toolchain', 'version', 'work'],
    ]);
    const declared = stageOf({ id: 'c', work: { kind: 'cmd', command: 'x', cwd: 'sub', shell: 'bash' } });
    const known = { code: one, packages: { zod: '4' }, toolchain: { engine: 'x' }, env: { KEY: one } };
    const outputs = [
      { name: 'a', path: 'a', directory: false },
      { name: 'b', path: 'b', directory: true },
    ];
    const made = stageAction({ ...declared, outputs }, { rate: 1 }, known);
    expect(made).toMatchObject({
      work: { kind: 'cmd', command: 'x', cwd: 'sub', shell: 'bash' },
      params: { rate: 1 },
      outputs: { a: 'file', b: 'directory' },
      env: { KEY: one },
      toolchain: { engine: 'x' },
      packages: { zod: '4' },
    });
    expect(made.work).toMatchObject({ code: one });
    expect(stageAction(declared, {}, { ...known, code: null }).work).not.toHaveProperty('code');
    expect(stageAction(stageOf({ id: 'c' }), {}, known)).toMatchObject({ work: { kind: 'use', code: one } });
  });

  test('does not see the order of keys', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<JsonObject[string]>);
    fc.assert(
      fc.property(json, (params) => {
        const reversed = Object.fromEntries(Object.entries(params).reverse());
        expect(fingerprint(reversed, [[], []])).toBe(fingerprint(params, [[], []]));
      }),
    );
  });

  test('does not see the order in which inputs are declared', () => {
    const bytes: Record<string, Digest> = { a: one, b: two, d: digestOf('three') };
    const prints = [
      ['a', 'b', 'd'],
      ['b', 'a', 'd'],
      ['d', 'b', 'a'],
      ['b', 'd', 'a'],
      ['d', 'a', 'b'],
    ].map((reads) => {
      const { tasks } = graphOf([{ id: 'a' }, { id: 'b' }, { id: 'd' }, { id: 'c', reads }]);
      return encodeTaskAction(
        tasks[3]!,
        reads.map((name) => [['', bytes[name]!, {}]]),
      );
    });
    expect(new Set(prints).size).toBe(1);
  });

  test('sees two inputs that swapped their contents', () => {
    const is = fingerprint({}, [[['', one, {}]], [['', two, {}]]]);
    expect(fingerprint({}, [[['', two, {}]], [['', one, {}]]])).not.toBe(is);
  });

  test('sees a member move from one input to the next', () => {
    const is = fingerprint({}, [
      [
        ['', one, {}],
        ['', two, {}],
      ],
      [],
    ]);
    expect(fingerprint({}, [[['', one, {}]], [['', two, {}]]])).not.toBe(is);
  });

  test('stays what it is: a change here runs everyone’s tasks anew', () => {
    expect(fingerprint({ rate: 0.1 }, [[['x', one, { epoch: 1 }]], []])).toMatchInlineSnapshot(
      `"sha256:858c4b08ba228fdc437d4f2f45eb8b0468ab0b93691534483bc310ea6d0e25d2"`,
    );
  });

  test('is of a text from which the action can be read again', () => {
    const stage = stageAction(stageOf({ id: 'c' }), { rate: 0.1 }, facts);
    const members: InputMember[] = [
      ['x', one, { epoch: 1 }],
      ['y', two, { epoch: 2 }],
    ];
    const text = encodeAction(encodeStageAction(stage), encodeTaskAction(task, [members, []]));
    const parts = { stage, task: { point: {}, previous: null, inputs: { b: members, a: [] } } };
    expect(decodeAction(text)).toEqual(parts);
    for (const broken of ['', '[]', '{}', '[1,2]', 'null', text.slice(0, -1), `${text.slice(0, -1)},1]`])
      expect(decodeAction(broken)).toBeNull();
    for (const field of ['work', 'params', 'outputs', 'env', 'toolchain', 'packages'])
      expect(decodeAction(JSON.stringify([{ ...stage, [field]: undefined }, parts.task]))).toBeNull();
    for (const field of ['inputs', 'point'])
      expect(decodeAction(JSON.stringify([stage, { ...parts.task, [field]: undefined }]))).toBeNull();
  });
});
