import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  checkPrecision,
  commonParams,
  enginePrecision,
  engineParams,
  precisions,
  recipeParams,
  trainParams,
} from '../../../lib/study/train/params.ts';

const least = { batchSize: 8, learningRate: 0.1, momentum: 0.9 };

describe('parameters of training', () => {
  it('have what holds unless they are given', () => {
    expect(trainParams.parse(least)).toEqual({
      ...least,
      weightDecay: 0,
      schedule: { epochs: [], factor: 0.1, warmUp: 0 },
      validate: 'validation',
      dropLast: true,
      evaluateTrain: true,
      average: { epochs: 5, batches: 10 },
      keep: { until: null, growth: 1.25, distances: [0, 1, 2, 4, 8] },
      precision: 'float32',
      evaluationPrecision: 'float32',
    });
    expect(trainParams.parse({ ...least, average: null }).average).toBeNull();
    expect(engineParams.parse({})).toEqual({ backend: 'auto', device: 'auto' });
  });

  it.each([
    ...[{ batchSize: 1 }, { batchSize: 2.5 }, { learningRate: 0 }, { momentum: 1 }, { momentum: -0.1 }],
    ...[{ weightDecay: -1 }, { schedule: { epochs: [0] } }, { schedule: { epochs: [1.5] } }],
    ...[{ schedule: { factor: 1.1 } }, { schedule: { factor: -0.1 } }, { schedule: { warmUp: -1 } }],
    ...[
      { schedule: { warm: 1 } },
      { validate: 'train' },
      { average: { epochs: 0 } },
      { average: { batches: 0 } },
    ],
    ...[
      { average: { batch: 1 } },
      { keep: { until: -1 } },
      { keep: { growth: 1 } },
      { keep: { distances: [] } },
    ],
    ...[{ keep: { distances: [-1] } }, { keep: { distance: 1 } }, { precision: 'float16' }],
    ...[{ evaluationPrecision: 'half' }, { epochs: 3 }],
  ])('are refused with %j', (change) => {
    expect(trainParams.safeParse({ ...least, ...change }).success).toBe(false);
  });

  it.each([
    ...[
      { batchSize: 2 },
      { momentum: 0 },
      { schedule: { factor: 0 } },
      { schedule: { factor: 1, epochs: [1] } },
    ],
    ...[
      { keep: { until: 0, growth: 1.01, distances: [0] } },
      { validate: 'test' },
      { average: { epochs: 0.1 } },
    ],
    ...[{ precision: 'mixed', evaluationPrecision: 'mixed' }],
  ])('are taken with %j', (change) => {
    expect(trainParams.parse({ ...least, ...change })).toMatchObject(change);
  });

  it('are those of a recipe and those that all recipes share, each without the other', () => {
    const { learningRate, ...shared } = least;
    expect(recipeParams.parse({ learningRate })).toEqual({
      learningRate,
      schedule: { epochs: [], factor: 0.1, warmUp: 0 },
    });
    expect(recipeParams.safeParse({ learningRate, momentum: 0.9 }).success).toBe(false);
    expect(commonParams.parse(shared)).not.toHaveProperty('schedule');
    expect(commonParams.safeParse(least).success).toBe(false);
  });

  it('are asked of the engine where any of them is mixed', () => {
    const of = (change: object) => enginePrecision(precisions.parse({ ...least, ...change }));
    expect(of({})).toBe('float32');
    expect(of({ precision: 'mixed' })).toBe('mixed');
    expect(of({ evaluationPrecision: 'mixed' })).toBe('mixed');
    expect(precisions.parse({ other: 1 })).toMatchObject({ other: 1 });
  });

  it.each(['js', 'tensorflow', 'auto', 'onnxruntime'] as const)(
    'of mixed precision are for engines that compile: %s',
    (backend) => {
      const both = z.object({ engine: engineParams, train: precisions }).check(checkPrecision);
      const said = (train: object) =>
        both
          .safeParse({ engine: { backend }, train })
          .error?.issues.map(({ code, path, message }) => [code, path.join('.'), message]) ?? [];
      const message = `the ${backend} engine has no mixed precision; take engine.backend: onnxruntime, or float32 here`;
      const eager = ['js', 'tensorflow'].includes(backend);
      expect(said({})).toEqual([]);
      for (const name of ['precision', 'evaluationPrecision'])
        expect(said({ [name]: 'mixed' })).toEqual(eager ? [['custom', `train.${name}`, message]] : []);
    },
  );
});
