import type { z } from 'zod';
import type { ImageShape, Layer } from './layers.ts';

/** A part of a net that methods may look into by its name. */
export interface Part {
  readonly name: string;
  readonly layer: Layer;
}

/** A kind of net: its entry in `pipeline.yaml`, and the net up to the global average pool. */
export interface Family<Params extends z.ZodObject> {
  /** `family` is a literal; whatever else the net is built from, in any shape. */
  readonly params: Params;
  /** One after another; the last is what Grad-CAM looks at unless told otherwise. */
  parts(params: z.output<Params>, input: ImageShape): readonly Part[];
}

/** Parts one after another, each made for what the one before gives. */
export function partsInARow(
  input: ImageShape,
  makers: readonly (readonly [name: string, make: (input: ImageShape) => Layer])[],
): readonly Part[] {
  const parts: Part[] = [];
  for (const [name, make] of makers) {
    const before = parts.at(-1)?.layer.output ?? input;
    parts.push({ name, layer: make(before) });
  }
  return parts;
}
