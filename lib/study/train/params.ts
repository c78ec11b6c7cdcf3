import { z } from 'zod';

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
});

export type TrainParams = z.output<typeof trainParams>;

/** `engine` in `pipeline.yaml`. */
export const engineParams = z.strictObject({
  backend: z.enum(['auto', 'onnxruntime', 'tensorflow', 'js']).default('auto'),
  device: z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml']).default('auto'),
});
