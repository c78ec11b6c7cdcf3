import { expect, it } from 'vitest';
import { fileName, methodLabel } from '../../../lib/study/figure/data/labels.ts';
import { placeOf, toldApart, variantsOf } from '../../../lib/study/figure/run.ts';

it('makes variants of all axes but seed and epoch', () => {
  expect(placeOf({ augment: false, seed: 2, epoch: 5 })).toEqual({
    variant: { key: 'no-augment', label: 'without augmentation' },
    seed: 2,
    epoch: 5,
  });
  expect(placeOf({ model: 'vgg / 11', augment: true }).variant).toEqual({
    key: 'augment-model-vgg_11',
    label: 'with augmentation, vgg / 11',
  });
  expect(placeOf({}).variant).toEqual({ key: '', label: '' });
});

it('says what is usual where others are otherwise, and nowhere else', () => {
  const constant = { recipe: 'constant', weights: 'trained', augment: true, seed: 0 };
  const decayed = { ...constant, recipe: 'decayed' };
  const labelled = (points: readonly (typeof constant)[]): string[] =>
    points.map((point) => toldApart(points)(placeOf(point).variant).label);
  expect(labelled([constant, { ...constant, seed: 1 }])).toEqual(['with augmentation', 'with augmentation']);
  expect(labelled([constant, decayed])).toEqual([
    'with augmentation, recipe constant',
    'with augmentation, recipe decayed',
  ]);
  expect(toldApart([constant, decayed])(placeOf(constant).variant).key).toBe('augment');
});

it('lists variants once, in order of appearance', () => {
  const places = [true, false, true].map((augment) => placeOf({ augment }));
  expect(variantsOf(places).map(({ key }) => key)).toEqual(['augment', 'no-augment']);
});

it('names files in letters that every file system takes', () => {
  expect(fileName('figure-4', '', 'T-shirt/top')).toBe('figure-4-T-shirt_top');
});

it('writes methods as their papers do', () => {
  expect(['grad-cam', 'smooth-grad', 'guided-backpropagation'].map(methodLabel)).toEqual([
    'Grad-CAM',
    'SmoothGrad',
    'guided backpropagation',
  ]);
});
