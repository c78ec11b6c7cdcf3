import { convolutionNorm, maxPool, rectified, sequence } from './layers.ts';
import type { ImageShape, Layer } from './layers.ts';

/**
 * A plain net after Simonyan & Zisserman 2015, with batch norm: three groups of n 3×3 convolutions of widths
 * w, 2w, 4w, maximum pooling between the groups (not after the last, whose map Grad-CAM looks at). Depth
 * 3n + 1 counts the linear layer.
 */
export function vgg(input: ImageShape, depth: number, width: number): Layer {
  const convolutions = (depth - 1) / 3;
  const layers: Layer[] = [];
  const before = (): ImageShape => layers.at(-1)?.output ?? input;
  [width, 2 * width, 4 * width].forEach((filters, i) => {
    if (i > 0) layers.push(maxPool(before()));
    for (let conv = 1; conv <= convolutions; conv++) {
      const options = { filters, kernel: 3, stride: 1 };
      layers.push(rectified(convolutionNorm(`group${i + 1}.conv${conv}`, before(), options)));
    }
  });
  return sequence(input, layers);
}
