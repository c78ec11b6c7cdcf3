import * as tf from '@tensorflow/tfjs-core';
import { elementwise } from './elementwise.ts';
import { movement } from './movement.ts';
import { reduction } from './reduction.ts';
import type { Tensor } from './rule.ts';
import { windows } from './windows.ts';

/*
 * tfjs-core's build for Node computes, but leaves its gradients to the union package, which brings layers,
 * converters and browser backends along. These are the rules for the kernels that compile, written with
 * tfjs functions, so that they run (and are recorded) on any backend.
 */

const rules = { ...elementwise, ...movement, ...reduction, ...windows };

/**
 * Makes tfjs differentiate. Safe to call by several copies of this module around one tfjs-core; a rule that
 * is there already (the union package registers its own) stays.
 */
export function registerGradients(): void {
  for (const [kernelName, rule] of Object.entries(rules)) {
    // tfjs's types leave out that there may be none.
    if ((tf.getGradient(kernelName) as tf.GradConfig | undefined) !== undefined) continue;
    tf.registerGradient({
      kernelName,
      inputsToSave: [...(rule.saves ?? [])],
      outputsToSave: rule.savesOutput === true ? [true] : [],
      saveAllInputs: rule.savesAll === true,
      gradFunc: (dy, saved, attributes) => rule.gradient(dy as Tensor, saved, attributes),
    });
  }
}
