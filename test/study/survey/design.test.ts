import { expect, test } from 'vitest';
import { eligible, methodsOfImages, whyIneligible } from '../../../lib/study/survey/candidates.ts';
import { type Design, design } from '../../../lib/study/survey/design.ts';
import type { MapPicture, Trial } from '../../../lib/study/survey/page/data.ts';
import { madeUpPacks } from './packs.ts';

const packs = madeUpPacks();
const options = {
  methods: ['saliency', 'grad-cam'],
  counts: { pairs: 9, repeats: 4, catches: 4, classes: 4 },
  choices: 3,
};
const drawn = (seed: number, from = packs): Design => design(from, { ...options, seed });

test('pairs are of images that show what their label says, by methods whose maps are of the image', () => {
  expect(methodsOfImages(packs)).toEqual(['saliency', 'grad-cam']);
  expect(whyIneligible(packs, 'deconvolution')?.reason).toBe('not of the image');
  expect(whyIneligible(packs, 'guesswork')?.reason).toBe('unknown');
  const { candidates, leftOut } = eligible(packs, 'saliency');
  expect(candidates).toHaveLength(58);
  expect(leftOut).toEqual({ mislabelled: 2, empty: 0, same: 0 });
});

test('pairs whose maps are the same, or empty, are left out and counted', () => {
  const [first] = packs as [(typeof packs)[number]];
  const run = structuredClone(first.run) as { maps: number[][][]; clips: number[][][] } & typeof first.run;
  run.maps[5]![0] = [0, 1, 1];
  run.clips[6]![0] = [1, 1, 0];
  expect(eligible([{ ...first, run }], 'saliency').leftOut).toEqual({ mislabelled: 1, empty: 1, same: 1 });
});

test('a survey has what was asked for, of all groups, classes and runs alike, early stopping on either side as often', () => {
  const { page, key } = drawn(1);
  expect(page.trials).toHaveLength(18 + 4 + 4 + 8);
  for (const method of options.methods) {
    const own = key.trials.filter(
      (each) => each.kind === 'preference' && !each.repeat && each.method === method,
    );
    expect(
      own
        .map(({ group }) => group)
        .sort()
        .join(''),
    ).toBe('AAABBBCCC');
    expect(new Set(own.map(({ image, run }) => `${image} ${run}`)).size).toBe(9);
    expect([4, 5]).toContain(
      own.filter((each) => each.kind === 'preference' && each.early === 'left').length,
    );
    expect([4, 5]).toContain(own.filter(({ run }) => run === 0).length);
  }
  // No image twice while others were not shown, but where it is meant.
  const images = new Map(key.trials.map((each) => [each.item, each.image]));
  expect(
    Math.max(
      ...[...new Set(images.values())].map(
        (image) => [...images.values()].filter((each) => each === image).length,
      ),
    ),
  ).toBeLessThanOrEqual(2);
});

test('what is asked twice is asked once in each half, with sides swapped or by the other map', () => {
  const { page, key } = drawn(2);
  const half = page.trials.length / 2;
  const twice = [...new Set(key.trials.map(({ item }) => item))]
    .map((item) => key.trials.flatMap((each, at) => (each.item === item ? [at] : [])))
    .filter((places) => places.length > 1);
  expect(twice).toHaveLength(8);
  for (const [first, second] of twice as [number, number][]) {
    expect(first).toBeLessThan(half);
    expect(second).toBeGreaterThanOrEqual(half);
    const [before, again] = [page.trials[first]!, page.trials[second]!];
    const [keyBefore, keyAgain] = [key.trials[first]!, key.trials[second]!];
    if (before.kind === 'pair' && again.kind === 'pair') {
      expect([again.left, again.right]).toEqual([before.right, before.left]);
      expect(keyAgain).toMatchObject({ repeat: true });
    } else if (before.kind === 'class' && again.kind === 'class') {
      expect(again.choices).toEqual(before.choices);
      expect(again.map).not.toEqual(before.map);
      expect(
        new Set([keyBefore, keyAgain].map((each) => (each as { checkpoint?: string }).checkpoint)).size,
      ).toBe(2);
    }
  }
});

test('a catch has the same map twice, or one of another image of another class', () => {
  const { page, key } = drawn(3);
  const labelOf = (image: number): number => packs[0]!.run.images.find(({ index }) => index === image)!.label;
  const kinds = key.trials.flatMap((each, at) => {
    const trial = page.trials[at]!;
    if (each.kind === 'identical' && trial.kind === 'pair') expect(trial.left).toEqual(trial.right);
    else if (each.kind === 'other' && trial.kind === 'pair') {
      expect(trial.left).not.toEqual(trial.right);
      expect(labelOf(each.other)).not.toBe(labelOf(each.image));
    } else return [];
    return [each.kind];
  });
  expect(kinds.sort()).toEqual(['identical', 'identical', 'other', 'other']);
});

/** A page with its pictures taken out, and with it the digest that is of them. */
function withoutPictures({ page }: Design): string {
  const map = (picture: MapPicture): unknown => ({ ...picture, levels: picture.levels.length });
  const bare = (trial: Trial): unknown =>
    trial.kind === 'pair'
      ? { ...trial, left: map(trial.left), right: map(trial.right) }
      : { ...trial, map: map(trial.map) };
  return JSON.stringify({ ...page, survey: '', trials: page.trials.map(bare) });
}

test('but for the pictures, a page is the same to the byte when late maps stand where early ones stood', () => {
  for (const seed of [1, 2, 3]) {
    const [one, other] = [drawn(seed), drawn(seed, madeUpPacks(true))];
    expect(other.page.survey).not.toBe(one.page.survey);
    expect(withoutPictures(other)).toBe(withoutPictures(one));
  }
});

test('both sides of a pair have as many letters, and all pages of a design as many', () => {
  const lengths = new Set<number>();
  for (let seed = 0; seed < 20; seed++) {
    const { page } = drawn(seed);
    for (const trial of page.trials)
      if (trial.kind === 'pair') {
        expect(Object.keys(trial)).toEqual(['kind', 'class', 'image', 'left', 'right']);
        expect(Object.keys(trial.left)).toEqual(Object.keys(trial.right));
        expect({ ...trial.left, levels: trial.left.levels.length }).toEqual({
          ...trial.right,
          levels: trial.right.levels.length,
        });
        lengths.add(trial.left.levels.length);
      }
  }
  // One of each method's size.
  expect(lengths.size).toBe(2);
});

test('neither place, nor class, nor method, nor catch goes with a side, over many seeds', () => {
  const counts = new Map<string, [left: number, of: number]>();
  const count = (name: string, left: boolean): void => {
    const [lefts, of] = counts.get(name) ?? [0, 0];
    counts.set(name, [lefts + Number(left), of + 1]);
  };
  for (let seed = 0; seed < 300; seed++) {
    const { page, key } = drawn(seed);
    key.trials.forEach((each, at) => {
      const trial = page.trials[at]!;
      if (each.kind === 'other') count('catch', each.own === 'left');
      if (each.kind === 'class') {
        count(`class in half ${Math.floor((2 * at) / page.trials.length)}`, each.checkpoint === 'early');
      }
      if (each.kind !== 'preference' || trial.kind !== 'pair') return;
      const left = each.early === 'left';
      for (const name of [
        `place ${at}`,
        `class ${trial.class}`,
        each.method,
        each.repeat ? 'again' : 'first',
      ])
        count(name, left);
      const [a, b] = [trial.left.levels, trial.right.levels];
      count('greater in the alphabet', left === a > b);
    });
  }
  for (const [name, [lefts, of]] of counts) {
    // Five standard errors: for the few numbers that there are, never by chance.
    expect(Math.abs(lefts / of - 0.5), name).toBeLessThan(2.5 / Math.sqrt(of));
  }
});

test('the same seed draws the same survey, another another, and no page has its seed', () => {
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(8).page.survey).not.toBe(drawn(7).page.survey);
  expect(Object.keys(drawn(123456789).page)).toEqual(['survey', 'levels', 'trials']);
  expect(JSON.stringify(drawn(123456789).page)).not.toContain('123456789');
});

test('where there are fewer images than are asked for, it has what there is', () => {
  const counts = { pairs: 100, repeats: 200, catches: 2, classes: 1 };
  const { key } = design(packs, { ...options, methods: ['saliency'], counts, seed: 1 });
  const pairs = key.trials.filter((each) => each.kind === 'preference' && !each.repeat);
  expect(pairs).toHaveLength(58);
  expect(key.trials).toHaveLength(2 * 58 + 2 + 2);
});
