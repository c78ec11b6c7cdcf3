import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { distinct, type ScoreRow } from '../../../lib/study/figure/data/score-row.ts';
import type { StudyData } from '../../../lib/study/report/page/data.ts';
import { Heading } from '../../../lib/study/report/page/heading.tsx';
import { groupsOf, listedImages } from '../../../lib/study/report/page/state.ts';
import { runLabel } from '../../../lib/study/report/page/written.ts';

/** Runs as far as headings and lists look at them. */
function studyOf(runs: readonly object[]): StudyData {
  const run = {
    setting: 'shapes, resnet-8',
    variant: { label: 'with augmentation' },
    seed: 0,
    engine: 'cpu',
  };
  const made = runs.map((more) => ({ ...run, trained: 4, stop: 1, epochs: [1, 4], ...more }));
  return { question: 'Why?', runs: made } as unknown as StudyData;
}

test('the heading counts one of a thing as one', () => {
  const heading = (runs: readonly object[]): string =>
    renderToString(h(Heading, { study: studyOf(runs), record: null }));
  expect(heading([{ trained: 1, epochs: [1, 4] }])).toContain(
    'seed 0 · 1 epoch · 1 checkpoint explained · early stopping at epoch 1',
  );
  expect(heading([{ epochs: [1, 2, 4] }, { seed: 3, stop: 2 }])).toContain(
    'seeds 0, 3 · 4 epochs · 3 checkpoints explained · early stopping at epoch 1, 2',
  );
});

test('a run is named with what it was made on where that differs in the study', () => {
  expect(runLabel(studyOf([{}, { seed: 1 }]), 1)).toBe('with augmentation, seed 1');
  expect(runLabel(studyOf([{}, { setting: 'cifar10, vgg' }]), 1)).toBe(
    'cifar10, vgg, with augmentation, seed 0',
  );
});

test('groups stand in the order of their letters, whichever the first class has images of', () => {
  const groups = ['B', 'C', 'A', 'C', 'B'];
  const images = groups.map((group) => ({ group })) as unknown as StudyData['runs'][number]['images'];
  expect(groupsOf({ images })).toEqual(['A', 'B', 'C']);
  expect(listedImages({ images })).toEqual([2, 0, 4, 1, 3]);
  const rows = groups.map((group) => ({ group, method: `method ${group}` })) as unknown as ScoreRow[];
  expect(distinct(rows, 'group')).toEqual(['A', 'B', 'C']);
  expect(distinct(rows, 'method')).toEqual(['method B', 'method C', 'method A']);
});
