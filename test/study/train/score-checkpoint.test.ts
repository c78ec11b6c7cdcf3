import { describe, expect, it } from 'vitest';
import { createModel } from '../../../lib/study/model/create.ts';
import type { HistoryRow } from '../../../lib/study/model/imported/history.ts';
import { Evaluator } from '../../../lib/study/train/evaluate.ts';
import { noPredictions } from '../../../lib/study/train/predictions.ts';
import { scoreCheckpoint } from '../../../lib/study/train/score-checkpoint.ts';
import { initialState } from '../../../lib/study/train/state.ts';
import { brightnessLogits, FakeEngine } from './fake-engine.ts';
import { CLASSES, tinyImages } from './tiny.ts';

const sets = { train: tinyImages(130, 'a'), validation: tinyImages(7, 'b'), test: tinyImages(100, 'c') };
const model = createModel({ family: 'vgg', depth: 4, width: 1 }, sets.train.set, CLASSES.length);
const { weights } = initialState(model, 3);
const none = tinyImages(0, 'none');

function scored(change: Partial<Parameters<typeof scoreCheckpoint>[0]> = {}) {
  const engine = new FakeEngine(brightnessLogits);
  const { signal } = new AbortController();
  const result = scoreCheckpoint({
    ...{
      engine,
      model,
      weights,
      epoch: 7,
      validate: 'validation',
      known: null,
      together: 100,
      signal,
      ...sets,
    },
    ...change,
  });
  return { engine, result };
}

/** Share of images whose brightness is not that of their class. */
async function errorOf(images: typeof sets.train): Promise<number> {
  const program = await new FakeEngine(brightnessLogits).compile(() => ({}), { inputs: {} });
  const score = await new Evaluator(program, 1).score(images, new AbortController().signal);
  return score!.error;
}

describe('a checkpoint from elsewhere', () => {
  it('is scored on all images, in batches, with its own weights', async () => {
    const { engine, result } = scored();
    const { log, predictions } = await result;
    expect(engine.told[0]).toEqual({ program: 0, did: 'setState', values: weights });
    expect(engine.compiled[0]!.inputs.x!.shape).toEqual([100, 8, 6, 2]);
    // 130 images are two batches, 7 one, 100 one.
    expect(engine.told.filter(({ did }) => did === 'run')).toHaveLength(4);
    for (const part of ['train', 'validation', 'test'] as const)
      expect(log[part]!.error).toBeCloseTo(await errorOf(sets[part]), 12);
    expect(log).toMatchObject({ epoch: 7, averaged: null, learningRate: null });
    expect(log.monitoredLoss).toBe(log.validation!.loss);
    const linear = Array.from(weights['linear.weight']!.values);
    expect(log.lastLayerNorm).toBeCloseTo(Math.sqrt(linear.reduce((sum, w) => sum + w * w, 0)), 6);
    expect(predictions.epoch).toBe(7);
    for (const part of ['train', 'test'] as const) {
      const wrong = [...predictions[part].predicted].filter((label, i) => label !== sets[part].set.labels[i]);
      expect(wrong.length / sets[part].set.count).toBeCloseTo(log[part]!.error, 12);
    }
  });

  it('has the scores that are known already, and is told of the test images all the same', async () => {
    const known: HistoryRow = {
      epoch: 7,
      learningRate: 0.05,
      scores: {
        train: { loss: 1, error: 0.1 },
        validation: { loss: 2, error: 0.2 },
        test: { loss: 3, error: 0.3 },
      },
    };
    const { engine, result } = scored({ known });
    const { log, predictions } = await result;
    expect(log).toMatchObject({ ...known.scores, learningRate: 0.05, monitoredLoss: 2 });
    expect(engine.told.filter(({ did }) => did === 'run')).toHaveLength(1);
    expect(predictions.train).toEqual(noPredictions(130));
    expect(predictions.test.predicted).not.toContain(255);
    const some = await scored({ known: { ...known, scores: { train: known.scores.train! } } }).result;
    expect(some.log.train).toEqual(known.scores.train);
    expect(some.log.test!.error).toBeCloseTo(await errorOf(sets.test), 12);
  });

  it('is stopped early by the test images where that is asked', async () => {
    const { log } = await scored({ validate: 'test', validation: none }).result;
    expect([log.monitoredLoss, log.validation]).toEqual([log.test!.loss, null]);
  });

  it.each([
    ['validation', { validation: none }],
    ['test', { test: none, validate: 'test' }],
  ] as const)('says when there are no %s images to decide on early stopping', async (name, change) => {
    await expect(scored(change).result).rejects.toThrow(
      `there are no ${name} images to decide on early stopping; set \`${name}\` of the data set`,
    );
  });

  it('of a net without a linear layer has no norm of one', async () => {
    const bare = { ...model, weights: model.weights.filter(({ role }) => role !== 'linear') };
    expect((await scored({ model: bare }).result).log.lastLayerNorm).toBe(0);
  });

  it('stops when told to', async () => {
    await expect(scored({ signal: AbortSignal.abort() }).result).rejects.toThrow('abort');
  });
});

describe('an evaluator', () => {
  it('scores by batches, the last one short, and nothing of no images', async () => {
    const engine = new FakeEngine(brightnessLogits);
    const evaluator = new Evaluator(await engine.compile(() => ({}), { inputs: {} }), 4);
    const { signal } = new AbortController();
    const into = noPredictions(7);
    const whole = await evaluator.score(sets.validation, signal, into);
    expect(engine.told.map(({ values }) => values['x']!.shape)).toEqual([
      [4, 8, 6, 2],
      [4, 8, 6, 2],
    ]);
    expect(into.predicted).not.toContain(255);
    const one = new Evaluator(await engine.compile(() => ({}), { inputs: {} }), 7);
    expect((await one.score(sets.validation, signal))!.loss).toBeCloseTo(whole!.loss, 6);
    expect(await evaluator.score(none, signal)).toBeNull();
    // Once more with the same images, and with others in between.
    await evaluator.score(sets.test, signal);
    expect(await evaluator.score(sets.validation, signal)).toEqual(whole);
  });
});
