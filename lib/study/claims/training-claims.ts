import { meanOfAll, type Run } from '../statistics/bootstrap.ts';
import type { Find, LateTraining, VariantEvidence } from './evidence.ts';

const measures = ['error', 'loss'] as const;

function changes(variant: VariantEvidence, measure: keyof LateTraining): readonly Run<number>[] {
  return variant.runs.flatMap(({ late }) => (late ? [[late[measure]]] : []));
}

/** 1. Late training lowers test error while test loss rises. */
export function lateTraining(variant: VariantEvidence, find: Find): void {
  const text = (measure: string) => `test ${measure}`;
  find(text('error'), { type: 'below', bound: 0 }, changes(variant, 'error'), meanOfAll);
  find(text('loss'), { type: 'above', bound: 0 }, changes(variant, 'loss'), meanOfAll);
}

/** 2. Without augmentation the effect differs. Asked of two variants at once. */
export function augmentationDiffers(without: VariantEvidence, withIt: VariantEvidence, find: Find): void {
  for (const measure of measures) {
    const tagged = [without, withIt].flatMap((variant, side) =>
      changes(variant, measure).map((run) => run.map((value) => ({ side, value }))),
    );
    find(`test ${measure}`, { type: 'apart-from-zero' }, tagged, (runs) => {
      const [a, b] = [0, 1].map((side) =>
        meanOfAll(runs.map((run) => run.filter((entry) => entry.side === side).map(({ value }) => value))),
      ) as [number | null, number | null];
      return a === null || b === null ? null : a - b;
    });
  }
}
