import { type Point, placeText } from '../score/axes.ts';

/** Runs that differ only in their seed: one curve, or one sheet, of a figure. */
export interface Variant {
  /** In file names: `augment`, `no-augment`; empty where no axis but seed and epoch exists. */
  readonly key: string;
  /** In titles: `with augmentation`. */
  readonly label: string;
}

export interface Place {
  readonly variant: Variant;
  readonly seed: number;
  readonly epoch: number | null;
}

function describe(axis: string, value: Point[string]): Variant {
  if (axis === 'augment' && typeof value === 'boolean') {
    return value
      ? { key: 'augment', label: 'with augmentation' }
      : { key: 'no-augment', label: 'without augmentation' };
  }
  const safe = String(value).replaceAll(/[^A-Za-z0-9.]+/g, '_');
  return { key: `${axis}-${safe}`, label: placeText(axis, value, ' ') };
}

/** Not said of a variant where all are so; nor ever in the names of files. */
const USUAL: Point = { recipe: 'constant', weights: 'trained' };

/** Every axis but seed and epoch makes variants, so that a further one in `pipeline.yaml` needs nothing here. */
export function placeOf(point: Point): Place {
  return {
    variant: variantOf(point, (axis, value) => USUAL[axis] !== value),
    seed: Number(point['seed'] ?? 0),
    epoch: point['epoch'] === undefined ? null : Number(point['epoch']),
  };
}

/** Gives variants of a study labels that say what is usual, too, where others of it are otherwise. */
export function toldApart(points: readonly Point[]): (variant: Variant) => Variant {
  const differs = (axis: string): boolean => new Set(points.map((point) => point[axis])).size > 1;
  const labels = new Map(
    points.map((point) => {
      const full = variantOf(point, (axis, value) => USUAL[axis] !== value || differs(axis));
      return [placeOf(point).variant.key, full.label];
    }),
  );
  return ({ key, label }) => ({ key, label: labels.get(key) ?? label });
}

function variantOf(point: Point, said: (axis: string, value: Point[string]) => boolean): Variant {
  const parts = Object.entries(point)
    .filter(([axis, value]) => axis !== 'seed' && axis !== 'epoch' && said(axis, value))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([axis, value]) => describe(axis, value));
  return {
    key: parts.map(({ key }) => key).join('-'),
    label: parts.map(({ label }) => label).join(', '),
  };
}

/** Variants in order of first appearance. */
export function variantsOf(places: Iterable<{ readonly variant: Variant }>): Variant[] {
  return [...new Map([...places].map(({ variant }) => [variant.key, variant])).values()];
}
