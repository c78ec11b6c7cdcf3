import { expect, it } from 'vitest';
import { checkStep } from '../../../lib/study/train/check-step.ts';

const place = 'in epoch 2, step 7, at learning rate 0.1';
const taken = { loss: 1.5, skipped: false, scale: 65536 };
const remedies = 'lower the learningRate of its recipe, or raise its schedule.warmUp';

it.each([
  { title: 'a step that was taken', outcome: taken },
  { title: 'a step that was skipped', outcome: { ...taken, skipped: true } },
  { title: 'a step at a tiny scale', outcome: { ...taken, scale: 2 ** -30 } },
])('$title is no reason to stop', ({ outcome }) => {
  expect(() => {
    checkStep(outcome, place, 'mixed');
  }).not.toThrow();
});

it.each([
  {
    outcome: { ...taken, loss: NaN, scale: 1 },
    precision: 'float32' as const,
    message: `training diverged: the loss is NaN ${place}; ${remedies}`,
  },
  {
    outcome: { ...taken, loss: Infinity, skipped: true },
    precision: 'mixed' as const,
    message: `training diverged: the loss is Infinity ${place}; ${remedies}, or take params.train.precision: float32`,
  },
  {
    outcome: { ...taken, skipped: true, scale: 2 ** -25 },
    precision: 'mixed' as const,
    message:
      `training diverged: no scale of the loss, down to ${2 ** -25}, gives finite gradients ${place}; ` +
      `${remedies}, or take params.train.precision: float32`,
  },
])('$message', ({ outcome, precision, message }) => {
  expect(() => {
    checkStep(outcome, place, precision);
  }).toThrow(new Error(message));
});
