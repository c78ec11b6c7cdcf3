import * as tf from '@tensorflow/tfjs-core';
import { differenceRules } from './differences.ts';
import type { Attributes, Tensor } from './rule.ts';

/** A function that cannot be taken apart into what each input adds to its difference between two points. */
export class NoDifferenceRule extends Error {
  override readonly name = 'NoDifferenceRule';
  readonly kernel: string;
  /** What was being computed, as `at` was told; null: nobody said. */
  readonly place: string | null;

  constructor(kernel: string, place: string | null) {
    super(`${place ?? kernel} has no rule that says what each input adds to a difference`);
    this.kernel = kernel;
    this.place = place;
  }
}

/** One pass forwards: the first is the one whose multipliers are asked for. */
interface Pass {
  readonly there: boolean;
  /** Kernels that ran. The two passes run the same ones, so that their numbers say which belong together. */
  kernels: number;
  place: string | null;
}

/**
 * m of the shape of x for which f(x) − f(baseline) = Σ m · (x − baseline), by the rules of the kernels that f runs.
 * f gives one number and is called twice; it says through `at` what it computes next, for messages. Throws
 * `NoDifferenceRule` for a kernel without a rule between x and the result.
 */
export function multipliers<T extends Tensor>(
  f: (x: T, at: (place: string) => void) => Tensor,
  x: T,
  baseline: T,
): T {
  let pass: Pass = { there: false, kernels: 0, place: null };
  const there = new Map<number, Tensor[]>();
  const both = (here: Tensor, from: Tensor): tf.Scalar => {
    const results = [here, from].map((point, i) => {
      pass = { there: i === 1, kernels: 0, place: null };
      return f(point as T, (place) => (pass.place = place));
    });
    return tf.add<tf.Scalar>(results[0]!, results[1]!);
  };

  function config(kernelName: string): tf.GradConfig {
    const rule = differenceRules[kernelName];
    return {
      kernelName,
      inputsToSave: [...(rule?.saves ?? [])],
      outputsToSave: rule?.savesOutput === true ? [true] : [],
      saveAllInputs: rule?.savesAll === true,
      // Read when the kernel runs forwards. Backwards, the baseline's kernels come first, since they ran last.
      get gradFunc() {
        const { there: baselines, place } = pass;
        const kernel = pass.kernels++;
        const refuse = (): never => {
          throw new NoDifferenceRule(kernelName, place);
        };
        return (dy: Tensor | Tensor[], saved: Tensor[], attributes: Attributes) => {
          if (rule === undefined) return refuse();
          if (baselines) there.set(kernel, saved);
          return rule.multiplier(dy as Tensor, saved, there.get(kernel)!, attributes, refuse);
        };
      },
    };
  }

  return withGradients(config, () => tf.grads(both)([x, tf.clone(baseline)])[0]! as T);
}

/** What `differentiate` gives while every kernel that has a gradient has another. */
function withGradients<T>(config: (kernel: string) => tf.GradConfig, differentiate: () => T): T {
  const kernels = new Set([
    ...Object.keys(differenceRules),
    ...tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName),
  ]);
  // tfjs's types leave out that there may be none.
  const before = [...kernels].map(
    (kernel) => [kernel, tf.getGradient(kernel) as tf.GradConfig | undefined] as const,
  );
  const differentiable = before.filter(([, own]) => own !== undefined);
  for (const [kernel] of differentiable) {
    tf.unregisterGradient(kernel);
    tf.registerGradient(config(kernel));
  }
  try {
    return differentiate();
  } finally {
    for (const [kernel, own] of differentiable) {
      tf.unregisterGradient(kernel);
      tf.registerGradient(own!);
    }
  }
}
