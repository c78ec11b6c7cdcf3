import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import {
  encodeAction,
  encodeStageAction,
  encodeTaskAction,
  fingerprintOf,
  stageAction,
} from '../../../lib/pipe/plan/action.ts';
import { recordedAction, sameOutputs } from '../../../lib/pipe/plan/record.ts';
import { graphOf, stageOf } from './builder.ts';

const [one, two] = [digestOf('one'), digestOf('two')];

describe('outputs', () => {
  test('are the same when names and bytes are, in whatever order', () => {
    expect(sameOutputs({ a: one, b: two }, { b: two, a: one })).toBe(true);
    expect(sameOutputs({}, {})).toBe(true);
  });

  test('are not the same when one has other bytes, another name, or is not there', () => {
    const is = { a: one, b: two };
    for (const other of [{ a: one, b: one }, { a: one, c: two }, { a: one }, { ...is, c: one }, {}]) {
      expect(sameOutputs(is, other)).toBe(false);
      expect(sameOutputs(other, is)).toBe(false);
    }
  });
});

test('a record tells what determined a task, unless its fingerprint is that of something else', () => {
  const facts = { code: one, packages: {}, toolchain: {}, env: {} };
  const stage = stageAction(stageOf({ id: 'a' }), {}, facts);
  const action = encodeAction(
    encodeStageAction(stage),
    encodeTaskAction(graphOf([{ id: 'a' }]).tasks[0]!, []),
  );
  const record = { fingerprint: fingerprintOf(action), outputs: {}, action };
  expect(recordedAction(record)).toEqual({ stage, task: { point: {}, previous: null, inputs: {} } });
  expect(recordedAction({ ...record, fingerprint: two })).toBeNull();
});
