import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import type { JsonObject } from '../../../lib/pipe/json.ts';
import {
  decodeAction,
  encodeAction,
  encodeStageAction,
  encodeTaskAction,
  fingerprintOf,
  stageAction,
  type InputMember,
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
  test('does not see the order of keys', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<JsonObject[string]>);
    fc.assert(
      fc.property(json, (params) => {
        const reversed = Object.fromEntries(Object.entries(params).reverse());
        expect(fingerprint(reversed, [[], []])).toBe(fingerprint(params, [[], []]));
      }),
    );
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
    const text = encodeAction(
      encodeStageAction(stage),
      encodeTaskAction(task, [[['x', one, { epoch: 1 }]], []]),
    );
    expect(decodeAction(text)).toEqual({
      stage,
      task: { point: {}, previous: null, inputs: { b: [['x', one, { epoch: 1 }]], a: [] } },
    });
    for (const broken of ['', '[]', '{}', '[1,2]', 'null', text.slice(0, -1)])
      expect(decodeAction(broken)).toBeNull();
  });
});
