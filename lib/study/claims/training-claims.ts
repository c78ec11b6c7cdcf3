import { NO_IMAGE } from '../statistics/estimate.ts';
import { differenceOf, meanOf } from '../statistics/unit.ts';
import type { RunEvidence, VariantEvidence } from './evidence.ts';
import type { Question, Sample } from './sample.ts';

type Measure = 'error' | 'loss';

/** Share of the epochs, at the end, whose mean is what training ended at: one epoch alone is noise. */
const END_SHARE = 0.1;

/**
 * Epochs on each side of early stopping that stand for it. The epoch itself was picked for its low loss, so that what
 * is measured from it rises even where nothing changes (regression to the mean).
 */
const BESIDE = 2;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean over the end of training less that at early stopping, or beside it; null where the end begins no later. */
function lateChange({ log, stop }: RunEvidence, measure: Measure, from: 'dip' | 'beside'): number | null {
  const test = (rows: RunEvidence['log']) => rows.flatMap((row) => (row.test ? [row.test[measure]] : []));
  const end = log.slice(-Math.ceil(END_SHARE * log.length));
  const start = log.filter(({ epoch }) =>
    from === 'dip' ? epoch === stop : epoch !== stop && Math.abs(epoch - stop) <= BESIDE,
  );
  const [ended, started] = [test(end), test(start)];
  const overlap = (end[0]?.epoch ?? 0) <= Math.max(stop, start.at(-1)?.epoch ?? stop);
  return overlap || ended.length === 0 || started.length === 0 ? null : mean(ended) - mean(started);
}

function changes(variant: VariantEvidence, tag: string, measure: Measure, from: 'dip' | 'beside'): Sample[] {
  return variant.runs.flatMap((run) => {
    const value = lateChange(run, measure, from);
    const one = { image: NO_IMAGE, class: '', value: value ?? 0, filled: value ?? 0 };
    return value === null ? [] : [{ tag, seeds: [run.seed], values: [one] }];
  });
}

const starts = [
  { from: 'beside', name: 'from the epochs beside early stopping' },
  { from: 'dip', name: 'from early stopping itself' },
] as const;

const measures = [
  { measure: 'error', direction: 'below' },
  { measure: 'loss', direction: 'above' },
] as const;

/** 1. Late training lowers test error, even where test loss rises. */
export function lateTraining(variant: VariantEvidence): readonly Question[] {
  return starts.flatMap(({ from, name }) =>
    measures.map(({ measure, direction }) => ({
      name: `test ${measure}, ${name}`,
      rule: { direction, margin: 0 },
      statistic: meanOf('late'),
      samples: changes(variant, 'late', measure, from),
    })),
  );
}

/** 2. Without augmentation the effect differs. */
export function augmentationDiffers(without: VariantEvidence, withIt: VariantEvidence): readonly Question[] {
  return starts.flatMap(({ from, name }) =>
    measures.map(({ measure }): Question => ({
      name: `test ${measure}, ${name}`,
      rule: { direction: 'apart', margin: 0 },
      statistic: differenceOf('without', 'with'),
      samples: [...changes(without, 'without', measure, from), ...changes(withIt, 'with', measure, from)],
    })),
  );
}

export function hasLateTraining(run: RunEvidence): boolean {
  return lateChange(run, 'loss', 'beside') !== null;
}
