import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { footprint, sharesBlocks } from '../../compute/footprint.ts';
import { elements } from '../../compute/trace/graph.ts';
import type { CompileOptions, TensorFunction } from '../../compute/program.ts';
import { type CountedTask, fileBytes, memoryOf, UNDECLARED, warnOfMemory } from '../memory.ts';
import { keptWeights } from './kept-weights.ts';
import type { Model } from './model.ts';

/** The net as it is used, for so many images. */
function passing(
  model: Model,
  images: number,
  imageShape: readonly number[],
): readonly [TensorFunction, CompileOptions] {
  const kept = keptWeights(model);
  return [
    (given) => {
      const { logits } = model.forward(given, given.x as Tensor4D, { training: false, relu: tf.relu });
      return { logits, ...kept.outputs(given) };
    },
    {
      inputs: { x: { dtype: 'float32', shape: [images, ...imageShape] }, ...kept.inputs },
      state: kept.state,
    },
  ];
}

/** Whether results of one image can differ in their last digits by how many pass through the net with it. */
export function netSharesBlocks(model: Model, imageShape: readonly number[]): Promise<boolean> {
  return sharesBlocks(...passing(model, 1, imageShape));
}

/** Bytes of a model's weights. */
export function weightBytes({ weights }: Model): number {
  return weights.reduce((sum, { shape }) => sum + 4 * elements(shape), 0);
}

/** As many images as share a block, at most. */
const SHARING = 4;

/**
 * The choices of how many images pass through a net together, from `most` down by halves, in whole blocks. There are
 * never fewer than share one, nor a single one: the runtime would add up in another order.
 */
export function choicesTogether(most: number, shared: boolean): readonly number[] {
  const whole = (images: number): number => SHARING * Math.ceil(images / SHARING);
  const choices = [whole(most)];
  while (choices.at(-1)! > SHARING) choices.push(whole(choices.at(-1)! / 2));
  return shared ? choices : [...choices, 2];
}

interface Room {
  /** Bytes that a task may take; null where nobody says. */
  readonly memory: number | null;
  /** Bytes that it has in memory all the while. */
  readonly besides: number;
}

/**
 * How many images pass through the net together, `most` at most, so that it takes no more memory than there is, and
 * how many bytes that takes, about: more than there are where the fewest need more. It changes no result.
 */
export async function imagesTogether(
  model: Model,
  imageShape: readonly number[],
  most: number,
  { memory, besides }: Room,
): Promise<{ readonly images: number; readonly memory: number }> {
  const choices = choicesTogether(most, await netSharesBlocks(model, imageShape));
  for (const images of choices) {
    const needed =
      besides + memoryOf(weightBytes(model), await footprint(...passing(model, images, imageShape)));
    if (needed <= (memory ?? UNDECLARED) || images === choices.at(-1)) return { images, memory: needed };
  }
  throw new Error('there is always a last choice');
}

/**
 * The same for a task that has read `files`, whose images have the shape of `set`: how many of them, `most` at most. The
 * task warns where the fewest need more memory than it declares.
 */
export async function imagesInTask(
  task: CountedTask,
  files: readonly { readonly path: string }[],
  model: Model,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  most: number,
): Promise<number> {
  const room = { memory: task.memory, besides: await fileBytes(files) };
  const { images, memory } = await imagesTogether(model, [height, width, channels], most, room);
  warnOfMemory(task, memory);
  return images;
}
