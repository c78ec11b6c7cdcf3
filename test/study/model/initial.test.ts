import { describe, expect, it } from 'vitest';
import { createModel } from '../../../lib/study/model/create.ts';
import { initialWeights } from '../../../lib/study/model/initial.ts';

const image = { height: 32, width: 32, channels: 3 };
const { weights: specs } = createModel({ family: 'resnet-cifar', depth: 8, width: 16 }, image, 10);

const deviation = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0) / values.length);

describe('initialWeights', () => {
  const weights = initialWeights(specs, 3);

  it.each(specs.filter((spec) => spec.role === 'convolution'))(
    '$name is He-normal by fan-out',
    ({ name, shape }) => {
      const expected = Math.sqrt(2 / (shape[0]! * shape[1]! * shape[3]!));
      const { values } = weights[name]!;
      // Three standard errors of a standard deviation.
      expect(Math.abs(deviation(values) / expected - 1)).toBeLessThan(3 / Math.sqrt(2 * values.length));
    },
  );

  it('starts batch norm at scale 1, shift 0, mean 0, variance 1', () => {
    const sole = (role: string): number[] => {
      const named = specs.filter((spec) => spec.role === role);
      return [...new Set(named.flatMap((spec) => [...weights[spec.name]!.values]))];
    };
    expect([sole('scale'), sole('shift'), sole('mean'), sole('variance')]).toEqual([[1], [0], [0], [1]]);
  });

  it('is uniform within ±1/√inputs in the linear layer', () => {
    const { values } = weights['linear.weight']!;
    const bound = 1 / Math.sqrt(64);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(deviation(values)).toBeCloseTo(bound / Math.sqrt(3), 2);
  });

  it('is the same for a seed, and another for another', () => {
    expect(initialWeights(specs, 3)).toEqual(weights);
    expect(initialWeights(specs, 4)['stem.filter']).not.toEqual(weights['stem.filter']);
  });

  it('gives a weight its values by its name, whatever else the net has', () => {
    const deeper = createModel({ family: 'resnet-cifar', depth: 14, width: 16 }, image, 10);
    expect(initialWeights(deeper.weights, 3)['group2.block1.conv1.filter']).toEqual(
      weights['group2.block1.conv1.filter'],
    );
  });
});
