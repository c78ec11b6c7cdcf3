import { createModel, modelParams, type ModelParams } from './create.ts';
import type { ImportedGraph } from '../../compute/import/graph.ts';
import { STRUCTURE, structureOf } from './imported/structure.ts';
import type { ImageShape } from './layers.ts';
import type { Model } from './model.ts';

type Metadata = Readonly<Record<string, string>>;

/** The key under which a file of weights says which net they are of. */
const NET = 'net';

/** Which net it is: its entry in `pipeline.yaml`, for which images and how many classes. */
interface Net {
  readonly params: ModelParams;
  readonly image: ImageShape;
  readonly classes: number;
}

/** For the metadata of a file of weights, so that it can be used without the pipeline it came from. */
export function netMetadata(
  params: ModelParams,
  { height, width, channels }: ImageShape,
  classes: number,
  graph?: ImportedGraph,
): Metadata {
  const net: Net = { params, image: { height, width, channels }, classes };
  return { [NET]: JSON.stringify(net), ...(graph && { [STRUCTURE]: structureOf(graph) }) };
}

/** What of a file's metadata says which net it holds, for files that are made of it. */
export function netMetadataOf(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key === NET || key === STRUCTURE));
}

/** The net of which a file of weights says that it holds them, for images of its own size unless told another. */
export function netOfMetadata(
  metadata: Metadata,
  size: Partial<Pick<ImageShape, 'height' | 'width'>> = {},
): { readonly model: Model; readonly image: ImageShape } {
  const text = metadata[NET];
  if (text === undefined)
    throw new Error(
      'the file does not say which net it holds; it is no file of weights, or was written before files said so: ' +
        'make it again with `pipe run`',
    );
  const { params, image, classes } = JSON.parse(text) as Net;
  const whole = { ...image, ...size };
  return { model: createModel(modelParams.parse(params), whole, classes, metadata), image: whole };
}
