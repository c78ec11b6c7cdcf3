import { z } from 'zod';
import { isEager } from '../../compute/engine.ts';
import type { Precision } from '../../compute/program.ts';
import { keepParams } from './keep.ts';

const share = z.number().min(0).max(1);

/** `train` in `pipeline.yaml`. */
export const trainParams = z.strictObject({
  batchSize: z.int().min(2),
  learningRate: z.number().positive(),
  momentum: z.number().min(0).lt(1),
  /** Added to each trained weight's gradient, times the weight; batch norm and biases included, as in PyTorch. */
  weightDecay: z.number().min(0).default(0),
  schedule: z
    .strictObject({
      /** After each of these many epochs the learning rate is multiplied by `factor`. */
      epochs: z.array(z.int().positive()).default([]),
      factor: share.default(0.1),
      /** Epochs over which the learning rate first rises in equal steps. */
      warmUp: z.int().min(0).default(0),
    })
    .prefault({}),
  /** The images whose loss decides on early stopping; `test` is the paper's choice. */
  validate: z.enum(['validation', 'test']).default('validation'),
  /** Leave out an epoch's last batch where it is smaller than the others. */
  dropLast: z.boolean().default(true),
  /**
   * True: loss and error of the training images are measured after each epoch, without augmentation. False:
   * they are those of the batches as they were trained on, which is cheaper.
   */
  evaluateTrain: z.boolean().default(true),
  /** An exponential average of the weights, kept beside them; null: none. */
  average: z
    .strictObject({
      /** After this many epochs a step's weight in the average has fallen to 1/e. */
      epochs: z.number().positive().default(5),
      /** Training batches of an epoch, from its beginning, that the average's batch norm is measured on. */
      batches: z.int().positive().default(10),
    })
    .nullable()
    .prefault({}),
  keep: keepParams.prefault({}),
  /** Of the steps: see `Precision`. `mixed` scales the loss, and keeps weights and momenta in float32. */
  precision: z.enum(['float32', 'mixed']).default('float32'),
  /** Of the scores after an epoch. In float32 they are what the stages that follow see. */
  evaluationPrecision: z.enum(['float32', 'mixed']).default('float32'),
});

export type TrainParams = z.output<typeof trainParams>;

const ofRecipe = { learningRate: true, schedule: true } as const;

/** An entry of `recipe` in `pipeline.yaml`: what of training the study compares. */
export const recipeParams = trainParams.pick(ofRecipe);

/** `train` in `pipeline.yaml`: what all recipes share. */
export const commonParams = trainParams.omit(ofRecipe);

/** The part of `train` that says what the engine must be able to do. */
export const precisions = trainParams.pick({ precision: true, evaluationPrecision: true }).loose();

type Precisions = z.output<typeof precisions>;

/** What the engine must be able to do for training. */
export function enginePrecision({ precision, evaluationPrecision }: Precisions): Precision {
  return precision === 'mixed' || evaluationPrecision === 'mixed' ? 'mixed' : 'float32';
}

/** `engine` in `pipeline.yaml`. */
export const engineParams = z.strictObject({
  backend: z.enum(['auto', 'onnxruntime', 'tensorflow', 'js']).default('auto'),
  device: z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml']).default('auto'),
});

/** To check `engine` and `train` together: only programs that are compiled have another precision. */
export function checkPrecision({
  value: { engine, train },
  issues,
}: z.core.ParsePayload<{ engine: z.output<typeof engineParams>; train: Precisions }>): void {
  if (!isEager(engine.backend)) return;
  for (const name of ['precision', 'evaluationPrecision'] as const)
    if (train[name] === 'mixed')
      issues.push({
        code: 'custom',
        input: train[name],
        path: ['train', name],
        message: `the ${engine.backend} engine has no mixed precision; take engine.backend: onnxruntime, or float32 here`,
      });
}
