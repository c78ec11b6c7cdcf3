/** `{ from: 1, to: 40, step: 3 }`, both ends included where a step leads to them; with `factor` each is a multiple of the one before. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step?: number | undefined;
  readonly factor?: number | undefined;
}

export type RangeValues =
  | { readonly ok: true; readonly values: readonly number[] }
  /** `key`: the part of it that is to blame. */
  | {
      readonly ok: false;
      readonly key: keyof Range | null;
      readonly message: string;
      readonly hint?: string;
    };

/** More on one axis are a slip sooner than they are meant. */
const MOST_VALUES = 100_000;

/** Counted before any is made. */
export function rangeValues({ from, to, step, factor }: Range): RangeValues {
  if (step !== undefined && factor !== undefined)
    return no('factor', 'a range goes by a `step` or by a `factor`, not by both');
  const count = factor === undefined ? linear(from, to, step) : geometric(from, to, factor);
  if (typeof count !== 'number') return count;
  if (count > MOST_VALUES) return no(null, `this range has more than ${MOST_VALUES} values`);
  const by = step ?? (to < from ? -1 : 1);
  const values = Array.from({ length: count }, (_, index) =>
    rounded(factor === undefined ? from + index * by : from * factor ** index),
  );
  return { ok: true, values };
}

type Refused = Extract<RangeValues, { ok: false }>;

function no(key: keyof Range | null, message: string, hint?: string): Refused {
  return { ok: false, key, message, ...(hint !== undefined && { hint }) };
}

/** What is left of a sum of steps that are no binary fractions. */
const SLACK = 1e-9;

function linear(from: number, to: number, step = to < from ? -1 : 1): number | Refused {
  if (step === 0) return no('step', 'a step of 0 leads nowhere');
  const steps = (to - from) / step;
  return steps < 0 ? no('step', `steps of ${step} lead from ${from} away from ${to}`) : whole(steps);
}

function geometric(from: number, to: number, factor: number): number | Refused {
  const hint = 'as in `{ from: 1, to: 64, factor: 2 }`: 1, 2, 4, 8, 16, 32, 64';
  if (factor <= 0 || factor === 1) return no('factor', `multiplied by ${factor}, values go nowhere`, hint);
  if (from === 0 || to === 0 || from > 0 !== to > 0)
    return no(from === 0 ? 'from' : 'to', `no factor leads from ${from} to ${to}`, hint);
  const steps = Math.log(to / from) / Math.log(factor);
  return steps < 0 ? no('factor', `a factor of ${factor} leads from ${from} away from ${to}`) : whole(steps);
}

function whole(steps: number): number {
  return Math.floor(steps + SLACK) + 1;
}

/** 0.1 + 0.2 is not what anybody means by the third step. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(15));
}
