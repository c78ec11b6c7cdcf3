import {
  bootstrap,
  type BootstrapOptions,
  type Interval,
  meanOfAll,
  type Run,
} from '../statistics/bootstrap.ts';
import { atTheEnd, similaritiesOf, type VariantEvidence } from './evidence.ts';

/** How alike one method's maps stay, and how alike chance and the loss of all training leave them. */
export interface Stability {
  readonly method: string;
  /** Maps at the last checkpoint, to early stopping. */
  readonly late: Interval | null;
  /** Early-stopping maps of two seeds. */
  readonly floor: Interval | null;
  /** Maps of the early-stopping net with every weight untrained, to those of the net itself. */
  readonly untrained: Interval | null;
  /**
   * (1 − late) / (1 − untrained): drift as a share of what losing all training does to the method's maps. Null
   * where that does nothing: such a method does not look at the weights.
   */
  readonly share: number | null;
}

/** Of every method of a variant, by one similarity. */
export function stabilities(
  { runs, untrained }: VariantEvidence,
  similarity: 'mssim' | 'spearman',
  options: BootstrapOptions,
): readonly Stability[] {
  const methods = [...new Set(runs.flatMap((run) => atTheEnd(run).map(({ method }) => method)))];
  const interval = (values: readonly Run<number>[]) => bootstrap(values, meanOfAll, options);
  const atStopping = untrained.filter(({ checkpoint }) => checkpoint === 'early stopping');
  const seeds = [...new Set(atStopping.map(({ seed }) => seed))];
  return methods.map((method) => {
    const late = interval(runs.map((run) => similaritiesOf(atTheEnd(run), method, similarity)));
    const floor = interval(runs.map((run) => similaritiesOf(run.floor, method, similarity)));
    const without = interval(
      seeds.map((seed) =>
        similaritiesOf(
          atStopping.filter((row) => row.seed === seed),
          method,
          similarity,
        ),
      ),
    );
    const share = late && without && without.value < 1 ? (1 - late.value) / (1 - without.value) : null;
    return { method, late, floor, untrained: without, share };
  });
}
