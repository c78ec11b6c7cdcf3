import type { ImageSet } from './dataset.ts';

/** Mean and standard deviation (of the population) per channel, pixels scaled to [0, 1]. */
export function measureChannels({ images, channels }: ImageSet): {
  readonly mean: readonly number[];
  readonly std: readonly number[];
} {
  // Whole numbers below 2^53, so that the sums are exact whatever their order.
  const sum = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (let i = 0; i < images.length; i += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const value = images[i + channel]!;
      sum[channel]! += value;
      squares[channel]! += value * value;
    }
  }
  const count = images.length / channels;
  const mean = sum.map((total) => total / count);
  const deviation = squares.map((total, channel) => Math.sqrt(total / count - mean[channel]! ** 2));
  return {
    mean: mean.map((value) => value / 255),
    // A channel of one value everywhere is only shifted.
    std: deviation.map((value) => (value > 0 ? value / 255 : 1)),
  };
}
