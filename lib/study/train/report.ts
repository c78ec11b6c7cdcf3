import type { Score } from './evaluate.ts';
import type { TrainedEpoch } from './train.ts';

/** Where a task says how far it is. */
interface Reporter {
  progress(done: number, total: number, unit: string, note?: string | Readonly<Record<string, number>>): void;
  log(line: string): void;
}

function count(steps: number): string {
  return `${steps} ${steps === 1 ? 'step' : 'steps'} skipped`;
}

function describe(name: string, score: Score | null): string {
  return score ? `${name} loss ${score.loss.toFixed(3)} error ${(100 * score.error).toFixed(1)} %` : '';
}

function numbersOf(name: string, score: Score | null): Record<string, number> {
  return score ? { [`${name} loss`]: score.loss, [`${name} error`]: score.error } : {};
}

/** Passes the epochs after `from` on, with a line in the log and a step of progress for each. */
export async function* reportEpochs(
  epochs: AsyncIterable<TrainedEpoch>,
  from: number,
  to: number,
  reporter: Reporter,
): AsyncGenerator<TrainedEpoch, void, undefined> {
  reporter.progress(0, to - from, 'epochs');
  for await (const epoch of epochs) {
    const { train, validation, test, epoch: number, learningRate } = epoch.log;
    const speed = `${Math.round(epoch.imagesPerSecond)} images/s`;
    const parts = [describe('train', train), describe('validation', validation), describe('test', test)];
    const scores = parts.filter((part) => part !== '').join(', ');
    const rate = `learning rate ${learningRate}`;
    const { lossScale } = epoch.state;
    const scale = lossScale === null ? '' : `, loss scale ${lossScale.scale}, ${count(epoch.skipped)}`;
    reporter.log(`epoch ${number}: ${scores}; ${rate}${scale}, ${speed}`);
    reporter.progress(number - from, to - from, 'epochs', {
      epoch: number,
      ...numbersOf('train', train),
      ...numbersOf('validation', validation),
      ...numbersOf('test', test),
      'images/s': Math.round(epoch.imagesPerSecond),
    });
    yield epoch;
  }
}
