import { z } from 'zod';
import type { ArrowTable, Columns } from 'pipewright/arrow';
import { type EarlyStopping, findEarlyStopping, type StoppingRule, stoppingRule } from './early-stopping.ts';
import type { EpochLog } from './log.ts';

/** Name of the rule that finds the reference of all tables. */
export const REFERENCE = 'early-stopping';

/** What else stands in the column of references: the averaged weights, and other ways to score. */
export const OTHER_REFERENCES = ['averaged', 'signed', 'unsigned', 'summed', 'greatest'] as const;

const taken: readonly string[] = [REFERENCE, ...OTHER_REFERENCES];

/** `earlyStopping` in `pipeline.yaml`: the rule that finds the reference, and others to set beside it, by name. */
export const earlyStoppingParams = stoppingRule.extend({
  others: z
    .record(z.string(), stoppingRule)
    .refine((rules) => Object.keys(rules).every((name) => !taken.includes(name)), {
      error: `must not be named as references are that are there anyway: ${taken.join(', ')}`,
    })
    .default({}),
});

export type EarlyStoppingParams = z.output<typeof earlyStoppingParams>;

/** Where a rule would have stopped. */
export interface Stop extends EarlyStopping {
  readonly reference: string;
  readonly rule: StoppingRule;
}

/** By every rule, the reference's first. */
export function findStops(history: readonly EpochLog[], { others, ...own }: EarlyStoppingParams): Stop[] {
  return Object.entries({ [REFERENCE]: own, ...others }).map(([reference, rule]) => ({
    reference,
    rule,
    ...findEarlyStopping(history, rule),
  }));
}

/** One row per rule. */
export function stopColumns(stops: readonly Stop[]): Columns {
  return {
    reference: { type: 'utf8', values: stops.map(({ reference }) => reference) },
    epoch: { type: 'int32', values: stops.map(({ epoch }) => epoch) },
    triggered: { type: 'bool', values: stops.map(({ triggered }) => triggered) },
    patience: { type: 'int32', values: stops.map(({ rule }) => rule.patience) },
    window: { type: 'int32', values: stops.map(({ rule }) => rule.window) },
    decay: { type: 'float64', values: stops.map(({ rule }) => rule.decay) },
  };
}

/** Of `stopColumns`, the reference's first. */
export function readStops(table: ArrowTable): readonly Pick<Stop, 'reference' | 'epoch'>[] {
  const epochs = table.numbers('epoch') as number[];
  return table.strings('reference').map((reference, row) => ({ reference: reference!, epoch: epochs[row]! }));
}
