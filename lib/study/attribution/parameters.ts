import { z } from 'zod';
import { targets } from './explained.ts';
import { methodNames } from './methods.ts';

const attributed = z.strictObject({
  /** What is differentiated: the class's logit, or its softmax probability. */
  target: z.enum(targets).default('logit'),
  /** Which class: the one the image is labelled with, or the one the network predicts. */
  class: z.enum(['label', 'predicted']).default('label'),
  methods: z
    .array(z.enum(methodNames))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'a method is listed twice'),
  /** Layers that class activation maps are made of, by name, several together; none: the net's own. */
  layers: z.array(z.string().min(1)).default([]),
  smoothGrad: z
    .strictObject({
      /** Noisy copies of each image. */
      samples: z.int().positive().default(25),
      /** Standard deviation as a share of the image's range. */
      noise: z.number().positive().default(0.15),
    })
    .prefault({}),
  integratedGradients: z.strictObject({ steps: z.int().positive().default(32) }).prefault({}),
  occlusion: z
    .strictObject({
      /** Side of the covered square and distance between squares, in pixels; null: by the size of the image. */
      window: z.int().positive().nullable().default(null),
      stride: z.int().positive().nullable().default(null),
    })
    .refine(
      ({ window, stride }) => window === null || stride === null || stride <= window,
      'a stride above the window leaves pixels uncovered',
    )
    .prefault({}),
  rise: z
    .strictObject({
      masks: z.int().positive().default(500),
      /** Of a mask's grid, along each side. */
      cells: z.int().min(2).default(7),
    })
    .prefault({}),
});

/** `attribute` in `pipeline.yaml`. */
export const attributeParams = attributed.refine(
  ({ methods, target }) => target === 'logit' || !methods.includes('deep-lift'),
  {
    path: ['target'],
    message: 'deep-lift explains differences of logits: set target: logit, or leave it out of methods',
  },
);

export type AttributeParams = z.output<typeof attributeParams>;
