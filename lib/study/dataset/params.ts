import { z } from 'zod';
import { PARTS } from './dataset.ts';

const count = z.int().positive();

/** `dataset` in `pipeline.yaml`. */
export const datasetParams = z
  .strictObject({
    name: z.enum(['shapes', 'cifar10', 'cifar100', 'fashion-mnist', 'folder']),
    /** Where the files are, for the runner; the stage gets them as its input `source`. */
    path: z.string().nullable().default(null),
    /** Of the drawing (`shapes`), of the choice of validation images and of the label noise. */
    seed: z.int().min(0).max(0xffffffff).default(1),
    /** Images to train on; null: all but the validation images. */
    train: count.nullable().default(null),
    /** Images held out of the source's training part, spread evenly over the classes. */
    validation: z.int().min(0).default(0),
    /** Test images; null: all there are. */
    test: count.nullable().default(null),
    /** Share of the images, of the parts in `noisy`, that get another class's label. */
    labelNoise: z.number().min(0).max(1).default(0),
    /** With noise in other parts than training's, what is held against a net is partly not its fault. */
    noisy: z.array(z.enum(PARTS)).default(['train']),
    /** Fetch the official files where `path` is null. */
    download: z.boolean().default(false),
    /** `folder` only: height and width to which the images are resized. */
    size: z.tuple([count, count]).nullable().default(null),
    /** Per channel, pixels scaled to [0, 1], that images are normalised by; null: those of the training images. */
    mean: z.array(z.number()).min(1).nullable().default(null),
    std: z.array(z.number().positive()).min(1).nullable().default(null),
  })
  .check((context) => {
    const { name, train, test, size, mean, std } = context.value;
    const need = (key: string, value: unknown, why: string): void => {
      if (value !== null) return;
      context.issues.push({
        code: 'custom',
        input: value,
        path: [key],
        message: `${name} needs ${key}: ${why}`,
      });
    };
    if (mean !== null) need('std', std, 'the standard deviation of each channel that goes with `mean`');
    if (std !== null) need('mean', mean, 'the mean of each channel that goes with `std`');
    if (name === 'shapes') {
      need('train', train, 'how many images to draw');
      need('test', test, 'how many images to draw');
    }
    if (name === 'folder') need('size', size, 'height and width to resize the images to, e.g. [32, 32]');
  });

export type DatasetParams = z.output<typeof datasetParams>;
