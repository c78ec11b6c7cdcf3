import type { Draws } from '../../lib/study/random.ts';
import { NO_IMAGE } from '../../lib/study/statistics/estimate.ts';
import { differenceOf, meanOf, type Statistic, type Unit } from '../../lib/study/statistics/unit.ts';

/** A way in which observations come about, with the truth that an interval is to cover. */
export interface World {
  readonly name: string;
  readonly statistic: Statistic;
  readonly truth: number;
  readonly draw: (seeds: number, from: Draws) => readonly Unit[];
}

/** Standard deviations of the parts that a value is the sum of. */
interface Spread {
  readonly seed: number;
  readonly image: number;
  readonly rest: number;
}

const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** Each seed has images of its own. */
function nested(name: string, { seed, image, rest }: Spread, perSeed: number): World {
  const draw: World['draw'] = (seeds, from) =>
    numbered(seeds).map((run) => {
      const own = seed * from.normal();
      const values = numbered(perSeed).map((at) => ({
        image: run * perSeed + at,
        value: own + Math.hypot(image, rest) * from.normal(),
      }));
      return { tag: 'late', seeds: [run], values };
    });
  return { name, statistic: meanOf('late'), truth: 0, draw };
}

/** All seeds have the same images, which are a sample too. */
function crossed(name: string, { seed, image, rest }: Spread, images: number): World {
  const draw: World['draw'] = (seeds, from) => {
    const ofImage = numbered(images).map(() => image * from.normal());
    return numbered(seeds).map((run) => {
      const own = seed * from.normal();
      const values = ofImage.map((shared, at) => ({ image: at, value: own + shared + rest * from.normal() }));
      return { tag: 'late', seeds: [run], values };
    });
  };
  return { name, statistic: meanOf('late'), truth: 0, draw };
}

/** What both sides have of the seed cancels in their difference. */
function paired(name: string, shared: number, own: number): World {
  const draw: World['draw'] = (seeds, from) =>
    numbered(seeds).flatMap((run) => {
      const both = shared * from.normal();
      return ['a', 'b'].map((tag) => ({
        tag,
        seeds: [run],
        values: [{ image: NO_IMAGE, value: both + own * from.normal() }],
      }));
    });
  return { name, statistic: differenceOf('a', 'b'), truth: 0, draw };
}

interface PairSpread {
  readonly seed: number;
  readonly pair: number;
  /** Of what late training does to a seed, if the floor is compared with it. */
  readonly late: number | null;
}

/** Pairs of seeds, each with a part of both seeds and one of its own, alone or less what each seed has late. */
function pairs(name: string, { seed, pair, late }: PairSpread): World {
  const draw: World['draw'] = (seeds, from) => {
    const own = numbered(seeds).map(() => seed * from.normal());
    const units: Unit[] = [];
    for (const a of numbered(seeds))
      for (const b of numbered(a)) {
        const between = own[a]! + own[b]! + pair * from.normal();
        for (const both of [
          [a, b],
          [b, a],
        ])
          units.push({ tag: 'floor', seeds: both, values: [{ image: NO_IMAGE, value: between }] });
      }
    const lates = own.map((value, run): Unit => {
      const changed = value + (late ?? 0) * from.normal();
      return { tag: 'late', seeds: [run], values: [{ image: NO_IMAGE, value: changed }] };
    });
    return late === null ? units : [...units, ...lates];
  };
  const statistic = late === null ? meanOf('floor') : differenceOf('floor', 'late');
  return { name, statistic, truth: 0, draw };
}

/** A skewed spread of seeds: the exponential of a normal variable, less its mean. */
function skewed(name: string, shape: number): World {
  const draw: World['draw'] = (seeds, from) =>
    numbered(seeds).map((run) => ({
      tag: 'late',
      seeds: [run],
      values: [{ image: NO_IMAGE, value: Math.exp(shape * from.normal()) - Math.exp(shape ** 2 / 2) }],
    }));
  return { name, statistic: meanOf('late'), truth: 0, draw };
}

export const worlds: readonly World[] = [
  nested('own images, seeds differ much', { seed: 0.13, image: 0.15, rest: 0.1 }, 30),
  nested('own images, seeds differ little', { seed: 0.02, image: 0.15, rest: 0.1 }, 30),
  paired('difference paired by seed', 1, 0.3),
  crossed('shared images, seeds differ most', { seed: 0.13, image: 0.15, rest: 0.1 }, 30),
  crossed('shared images, both alike', { seed: 0.03, image: 0.15, rest: 0.1 }, 30),
  crossed('shared images, images differ most', { seed: 0.005, image: 0.15, rest: 0.1 }, 30),
  pairs('pairs of seeds, seeds differ', { seed: 0.1, pair: 0.03, late: null }),
  pairs('pairs of seeds, pairs differ most', { seed: 0.03, pair: 0.1, late: null }),
  pairs('pairs of seeds less late', { seed: 0.1, pair: 0.05, late: 0.1 }),
  skewed('seeds somewhat skewed', 0.3),
  skewed('seeds much skewed', 0.8),
];
