import { createModel, modelParams } from './create.ts';
import type { ImageShape } from './layers.ts';
import type { Model } from './model.ts';

/** Shapes by weight name. */
type Shapes = ReadonlyMap<string, readonly number[]>;

/** The largest number that stands behind a word in the names: groups, or blocks or convolutions of a group. */
function countOf(shapes: Shapes, word: string): number {
  const numbers = [...shapes.keys()].map((name) => new RegExp(`\\b${word}(\\d+)\\.`).exec(name)?.[1]);
  return Math.max(0, ...numbers.map((number) => Number(number ?? 0)));
}

function paramsOf(shapes: Shapes): unknown {
  const width = (shapes.get('stem.filter') ?? shapes.get('group1.conv1.filter'))?.[3];
  const blocks = countOf(shapes, 'group1.block');
  if (blocks === 0) return { family: 'vgg', depth: 3 * countOf(shapes, 'group1.conv') + 1, width };
  if (countOf(shapes, 'group') === 4) return { family: 'resnet18', depth: 18, width };
  return { family: 'resnet-cifar', depth: 6 * blocks + 2, width };
}

/** The net that weights of these names and shapes belong to, for images of the given height and width. */
export function recogniseModel(
  shapes: Shapes,
  image: Pick<ImageShape, 'height' | 'width'>,
): { readonly model: Model; readonly image: ImageShape } {
  const params = modelParams.safeParse(paramsOf(shapes));
  const channels = (shapes.get('stem.filter') ?? shapes.get('group1.conv1.filter'))?.[2];
  const classes = shapes.get('linear.bias')?.[0];
  if (!params.success || channels === undefined || classes === undefined)
    throw new Error(`these are not the weights of a net of this project: ${[...shapes.keys()].join(', ')}`);
  const input = { ...image, channels };
  return { model: createModel(params.data, input, classes), image: input };
}
