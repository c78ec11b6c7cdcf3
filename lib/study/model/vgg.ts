import { depthAndWidth } from './depth.ts';
import { partsInARow, type Family } from './family.ts';
import { convolutionNorm, maxPool, rectified, sequence } from './layers.ts';
import type { ImageShape, Layer } from './layers.ts';

/** Convolutions of one width, at half the size from the second group on. */
function group(
  name: string,
  input: ImageShape,
  convolutions: number,
  filters: number,
  halved: boolean,
): Layer {
  const layers: Layer[] = halved ? [maxPool(input)] : [];
  for (let conv = 1; conv <= convolutions; conv++) {
    const before = layers.at(-1)?.output ?? input;
    const options = { filters, kernel: 3, stride: 1 };
    layers.push(rectified(convolutionNorm(`${name}.conv${conv}`, before, options)));
  }
  return sequence(input, layers);
}

const params = depthAndWidth('vgg', (depth) => depth >= 4 && depth % 3 === 1, '3n + 1: 4, 7, 10, 13…');

/**
 * A plain net after Simonyan & Zisserman 2015, with batch norm: three groups of n 3×3 convolutions of widths
 * w, 2w, 4w, maximum pooling between the groups (not after the last, whose map Grad-CAM looks at). Depth
 * 3n + 1 counts the linear layer.
 */
export const vgg: Family<typeof params> = {
  params,
  parts: ({ depth, width }, input) =>
    partsInARow(
      input,
      [width, 2 * width, 4 * width].map((filters, i) => {
        const name = `group${i + 1}`;
        return [name, (before) => group(name, before, (depth - 1) / 3, filters, i > 0)] as const;
      }),
    ),
};
