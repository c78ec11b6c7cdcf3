import { describe, expect, it } from 'vitest';
import { reportEpochs } from '../../../lib/study/train/report.ts';
import type { TrainedEpoch } from '../../../lib/study/train/train.ts';

const score = (loss: number, error: number) => ({ loss, error });

function epochOf(epoch: number, change: object = {}, log: object = {}): TrainedEpoch {
  return {
    log: {
      epoch,
      train: score(0.12345, 0.25),
      validation: score(1.5, 0.5),
      test: null,
      learningRate: 0.1,
      ...log,
    },
    state: { lossScale: null },
    skipped: 0,
    imagesPerSecond: 99.6,
    ...change,
  } as unknown as TrainedEpoch;
}

/** What is told of these epochs, and what comes through. */
async function reported(all: readonly TrainedEpoch[], from: number, to: number) {
  const lines: string[] = [];
  const progress: unknown[] = [];
  async function* epochs() {
    for (const epoch of all) yield await Promise.resolve(epoch);
  }
  const through = [];
  const reporter = {
    log: (line: string) => lines.push(line),
    progress: (...told: unknown[]) => progress.push(told),
  };
  for await (const epoch of reportEpochs(epochs(), from, to, reporter)) through.push(epoch);
  return { lines, progress, through };
}

describe('epochs that are reported', () => {
  it('come through as they are, a line and a step of progress for each', async () => {
    const all = [epochOf(5), epochOf(6, {}, { validation: null, test: score(2, 0.125) })];
    const { lines, progress, through } = await reported(all, 4, 8);
    expect(through).toEqual(all);
    expect(lines).toEqual([
      'epoch 5: train loss 0.123 error 25.0 %, validation loss 1.500 error 50.0 %; learning rate 0.1, 100 images/s',
      'epoch 6: train loss 0.123 error 25.0 %, test loss 2.000 error 12.5 %; learning rate 0.1, 100 images/s',
    ]);
    const train = { 'train loss': 0.12345, 'train error': 0.25, 'images/s': 100 };
    expect(progress).toEqual([
      [0, 4, 'epochs'],
      [1, 4, 'epochs', { epoch: 5, ...train, 'validation loss': 1.5, 'validation error': 0.5 }],
      [2, 4, 'epochs', { epoch: 6, ...train, 'test loss': 2, 'test error': 0.125 }],
    ]);
  });

  it('say of mixed precision the scale of the loss, and how many steps were skipped', async () => {
    const state = { lossScale: { scale: 65536, goodSteps: 3 } };
    const { lines } = await reported(
      [0, 1, 2].map((skipped) => epochOf(skipped + 1, { state, skipped })),
      0,
      3,
    );
    expect(lines.map((line) => line.split('; ')[1])).toEqual(
      ['0 steps', '1 step', '2 steps'].map(
        (steps) => `learning rate 0.1, loss scale 65536, ${steps} skipped, 100 images/s`,
      ),
    );
  });
});
