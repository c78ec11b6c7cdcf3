import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandGraph } from '../../../lib/pipe/graph/expand.ts';
import type { Stage } from '../../../lib/pipe/manifest/manifest.ts';
import { bareStage } from '../stage.ts';

/** Paths that are often, in some combination, equal to or inside of each other. */
const pool = [
  'a/{axes}/x',
  'a/{axes}/y',
  'b/{axes}/x',
  'a/n=1/x',
  'a/n=1',
  'a',
  'c/{axes}/x/{n}',
  'c/{axes}/x',
  '{n}/{axes}',
  '1/n=1',
];

const outputs = fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 3 });

function stageOf(name: string, paths: readonly string[]): Stage {
  return bareStage({
    name,
    outputs: paths.map((path, index) => ({ name: `o${index}`, path, directory: false })),
    matrix: [{ name: 'n', values: [1] }],
  });
}

test('outputs are refused exactly when two of all are equal or one lies inside another', () => {
  fc.assert(
    fc.property(outputs, outputs, (ofA, ofB) => {
      const stages = [stageOf('a', ofA), stageOf('b', ofB)];
      const written = [...ofA, ...ofB].map((path) => path.replace('{axes}', 'n=1').replace('{n}', '1'));
      const meet = written.some((one, i) =>
        written.some((other, j) => i !== j && `${other}/`.startsWith(`${one}/`)),
      );
      const expanded = expandGraph({
        profile: 'default',
        artifacts: 'artifacts',
        params: {},
        experiment: null,
        paramsFile: null,
        included: [],
        fields: {},
        globs: [],
        resources: {},
        doctor: null,
        remote: null,
        stages,
      });
      expect(expanded.ok).toBe(!meet);
    }),
    { numRuns: 500 },
  );
});
