import type { TrainParams } from './params.ts';

/** The learning rate of an epoch, counted from 1. */
export function learningRateAt(
  params: Pick<TrainParams, 'learningRate' | 'schedule'>,
  epoch: number,
): number {
  const { epochs, factor, warmUp } = params.schedule;
  const drops = epochs.filter((after) => epoch > after).length;
  return params.learningRate * factor ** drops * Math.min(1, epoch / Math.max(1, warmUp));
}
