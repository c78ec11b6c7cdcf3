import { expect, test } from 'vitest';
import { defineStage } from '../../../lib/pipe/stage/define.ts';

const define = defineStage as unknown as (definition: Record<string, unknown>) => unknown;
const run = (): void => undefined;

test.each([
  [{ outputs: { x: 'x.txt' }, run }, "`outputs` is a list of names: outputs: ['model']"],
  [{ outputs: 'x', run }, "`outputs` is a list of names: outputs: ['model']"],
  [{ outputs: [1], run }, "`outputs` is a list of names: outputs: ['model']"],
  [{ run }, "`outputs` is a list of names: outputs: ['model']"],
  [
    { outputs: ['x'], inputs: ['images'], run },
    "`inputs` says how many files each has: inputs: { images: 'one' }",
  ],
  [
    { outputs: ['x'], inputs: { a: 'two' }, run },
    "the input a is 'one', 'optional' or 'many': inputs: { a: 'one' }",
  ],
  [
    { outputs: ['x'], inputs: {} },
    '`run` is the function that does the work: run: async ({ inputs, outputs }) => …',
  ],
])('%o is told what is wrong with it', (definition, message) => {
  expect(() => define(definition)).toThrow(new TypeError(`defineStage: ${message}`));
});

test('what a stage leaves out has the default of its types', () => {
  expect(define({ outputs: [], run })).toMatchObject({ inputs: {}, outputs: [], run });
});
