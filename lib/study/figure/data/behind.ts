import { FEWEST_SEEDS } from '../../statistics/power.ts';

/** An image that something was observed of, in one run. */
export interface Observed {
  readonly seed: number;
  /** Number of the image in its source. */
  readonly image: number;
  readonly class: string;
}

/**
 * What captions say of `overSeeds`, with how much stands behind it: `mean over 3 seeds of the mean over their images
 * (27 each, of 3 classes); bands: its 95 % t interval over seeds.`
 */
export function seedBands(observed: Iterable<Observed>): string {
  const images = new Map<number, Set<number>>();
  const classes = new Set<string>();
  for (const row of observed) {
    classes.add(row.class);
    const own = images.get(row.seed);
    if (own) own.add(row.image);
    else images.set(row.seed, new Set([row.image]));
  }
  const counts = [...images.values()].map(({ size }) => size);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const each = least === most ? String(least) : `${least} to ${most}`;
  const of = `of ${classes.size} ${classes.size === 1 ? 'class' : 'classes'}`;
  if (images.size === 1)
    return `mean over the ${least === 1 ? 'image' : `${least} images`} of one seed, ${of}.`;
  const bands = images.size < FEWEST_SEEDS ? 'their range' : 'its 95 % t interval over seeds';
  return `mean over ${images.size} seeds of the mean over their images (${each} each, ${of}); bands: ${bands}.`;
}
