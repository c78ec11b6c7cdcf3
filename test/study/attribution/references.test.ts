import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine } from '../../../lib/compute/program.ts';
import { type ExplainedBatch, Explainer } from '../../../lib/study/attribution/explain.ts';
import { methodNames } from '../../../lib/study/attribution/methods.ts';
import { readReferenceNet, referenceNets, referenceParameters } from './reference-nets.ts';

/** Methods that are compared in another place, and where. */
const elsewhere: Readonly<Record<string, string>> = {
  'attention-rollout': 'test/study/imported/attention-rollout.test.ts, with torch’s own attention',
};
const compared = methodNames.filter((name) => !(name in elsewhere));

describe.each(referenceNets)('of $family at $state weights', ({ family, state }) => {
  it('there is a reference of every method', () => {
    const { maps } = readReferenceNet(family, state);
    const missing = compared.filter((name) => !(name in maps));
    const what =
      'add it to `maps` of fixtures/references.py, run that and commit the JSON, or name under `elsewhere` where it is compared';
    expect(missing, what).toEqual([]);
  });
});

const tolerance = 1e-5;

function largest(values: ArrayLike<number>): number {
  return Array.from(values, Math.abs).reduce((a, b) => Math.max(a, b), 0);
}

/** Greatest deviation relative to the greatest expected value, as `tolerance` is meant. */
function deviation(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  return largest(Array.from(expected, (value, i) => value - found[i]!)) / largest(expected);
}

describe.each(['onnxruntime', 'js'] as const)('maps computed by %s', (backend) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ backend, device: 'cpu', threads: 1 });
  });
  afterAll(() => engine.dispose());

  describe.each(referenceNets)('of $family at $state weights', ({ family, state }) => {
    const net = readReferenceNet(family, state);
    let batch: ExplainedBatch;
    beforeAll(async () => {
      const explainer = await Explainer.compile(engine, net.model, net.x.shape.slice(1), {
        methods: compared,
        target: 'logit',
        parameters: referenceParameters,
        noise: net.noise,
        memory: 1e9,
      });
      for await (const explained of explainer.explain(net.weights, net)) batch = explained;
    });

    it('come with the probabilities', () => {
      const odds = net.logits.map(Math.exp);
      const classes = net.model.classes;
      const expected = odds.map((odd, i) => {
        const row = i - (i % classes);
        return odd / odds.subarray(row, row + classes).reduce((a, b) => a + b, 0);
      });
      expect(deviation(batch.probabilities.values, expected)).toBeLessThan(tolerance);
    });

    it.each(compared.filter((name) => name in net.maps))('%s agree with PyTorch', (name) => {
      const expected = net.maps[name]!;
      const found = batch.maps[name]!;
      expect(found.shape).toEqual(expected.shape);
      expect(largest(expected.values)).toBeGreaterThan(0);
      expect(deviation(found.values, expected.values)).toBeLessThan(tolerance);
    });

    it.runIf(net.maps.lrp !== undefined)('gradient-times-input is what LRP-ε gives', () => {
      expect(deviation(batch.maps['gradient-times-input']!.values, net.maps.lrp!.values)).toBeLessThan(
        tolerance,
      );
    });
  });
});
