import { describe, expect, it } from 'vitest';
import { randomisedNets } from '../../../lib/study/attribution/randomise.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { initialWeights } from '../../../lib/study/model/initial.ts';

const { weights: specs } = createModel(
  { family: 'resnet-cifar', depth: 8, width: 4 },
  { height: 16, width: 16, channels: 3 },
  5,
);
const trained = initialWeights(specs, 1);
const nets = [...randomisedNets(specs, trained, 2)];

/** Parts with a weight that is not the trained one. */
function changed(weights: (typeof nets)[number]['weights']): Set<string> {
  const names = specs.map(({ name }) => name).filter((name) => weights[name] !== trained[name]);
  return new Set(
    names.map((name) =>
      name
        .split('.')
        .slice(0, name.startsWith('group') ? 2 : 1)
        .join('.'),
    ),
  );
}

const parts = ['linear', 'group3.block1', 'group2.block1', 'group1.block1', 'stem'];

describe('randomised nets', () => {
  it.each(parts.map((part, i) => ({ part, depth: i + 1 })))(
    'cascading to $part changes it and all above it',
    ({ part, depth }) => {
      const net = nets.find((one) => one.randomisation === 'cascading' && one.part === part)!;
      expect(net.depth).toBe(depth);
      expect(changed(net.weights)).toEqual(new Set(parts.slice(0, depth)));
    },
  );

  it.each(parts)('independent randomisation of %s changes it alone', (part) => {
    const net = nets.find((one) => one.randomisation === 'independent' && one.part === part)!;
    expect(changed(net.weights)).toEqual(new Set([part]));
  });

  it('takes untrained weights of its own seed', () => {
    const untrained = initialWeights(specs, 2);
    const whole = nets.find((net) => net.randomisation === 'cascading' && net.part === 'stem')!;
    expect(whole.weights['linear.weight']).toEqual(untrained['linear.weight']);
  });
});
