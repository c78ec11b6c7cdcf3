import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../../lib/study/train/schedule.ts';

const constant = { epochs: [], factor: 0.1, warmUp: 0 };

describe('learningRateAt', () => {
  it.each([
    {
      name: 'constant',
      schedule: constant,
      rates: [
        [1, 0.1],
        [1000, 0.1],
      ],
    },
    {
      name: 'dropped after epochs 81 and 122',
      schedule: { ...constant, epochs: [81, 122] },
      rates: [
        [1, 0.1],
        [81, 0.1],
        [82, 0.01],
        [122, 0.01],
        [123, 0.001],
      ],
    },
    {
      name: 'warmed up over four epochs',
      schedule: { ...constant, warmUp: 4 },
      rates: [
        [1, 0.025],
        [2, 0.05],
        [4, 0.1],
        [5, 0.1],
      ],
    },
  ] as const)('is $name', ({ schedule, rates }) => {
    for (const [epoch, rate] of rates) {
      const params = { learningRate: 0.1, schedule: { ...schedule, epochs: [...schedule.epochs] } };
      expect(learningRateAt(params, epoch)).toBeCloseTo(rate, 12);
    }
  });
});
