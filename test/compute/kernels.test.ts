import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import type { Engine, TensorFunction, TensorMap } from '../../lib/compute/program.ts';
import { reachable } from '../../lib/compute/trace/graph.ts';
import { kernels } from '../../lib/compute/trace/kernels.ts';
import { record } from '../../lib/compute/trace/record.ts';
import type { KernelCase } from './kernel-case.ts';
import { cases } from './kernel-cases.ts';
import { engineWith } from './layouts.ts';
import { difference, random, specs } from './values.ts';

let js: Engine;
let portable: Engine;
let best: Engine;

beforeAll(async () => {
  js = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  portable = await engineWith('portable');
  best = await engineWith('auto');
});

afterAll(async () => {
  await portable.dispose();
  await best.dispose();
});

async function run(engine: Engine, fn: TensorFunction, inputs: TensorMap): Promise<TensorMap> {
  const program = await engine.compile(fn, { inputs: specs(inputs) });
  const outputs = await program.run(inputs);
  await program.dispose();
  return outputs;
}

function onCpu({ reference, ...item }: KernelCase): KernelCase {
  return reference === undefined ? item : { ...item, f: reference };
}

/** Value, and gradients of a sum of it weighted by uneven numbers. */
function valueAndGradients({ f, by = [] }: KernelCase): TensorFunction {
  return (inputs) => {
    const scalar = (...variables: Tensor[]): tf.Scalar => {
      const given = { ...inputs, ...Object.fromEntries(by.map((name, i) => [name, variables[i]!])) };
      const y = f(given);
      const weights = tf.tensor(random(y.shape, 7).values, y.shape);
      return tf.sum(tf.mul(y, weights));
    };
    const value = f(inputs);
    if (by.length === 0) return { value };
    const gradients = tf.grads(scalar)(by.map((name) => inputs[name]!));
    return { value, ...Object.fromEntries(by.map((name, i) => [`d${name}`, gradients[i]!])) };
  };
}

describe('a compiled kernel gives what the cpu backend gives, and so does its gradient', () => {
  test.each(cases.map((item) => ({ title: item.title, item })))('$title', async ({ item }) => {
    const fn = valueAndGradients(item);
    const expected = await run(js, valueAndGradients(onCpu(item)), item.inputs);
    for (const engine of [portable, best]) {
      const outputs = await run(engine, fn, item.inputs);
      expect(Object.keys(outputs)).toEqual(Object.keys(expected));
      for (const name of Object.keys(expected))
        expect(difference(outputs[name], expected[name]), name).toBeLessThan(3e-6);
    }
  });
});

describe('a gradient rule agrees with finite differences', () => {
  const small = cases.filter(({ inputs }) =>
    Object.values(inputs).every(({ values }) => values.length < 300),
  );
  test.each(small.filter(({ by = [] }) => by.length > 0).map((item) => ({ title: item.title, item })))(
    '$title',
    async ({ item }) => {
      const gradients = await run(js, valueAndGradients(onCpu(item)), item.inputs);
      for (const name of item.by ?? []) {
        const estimate = await slope(item, name);
        const { values } = gradients[`d${name}`]!;
        const exact = product(values, direction);
        expect(Math.abs(exact - estimate), `by ${name}`).toBeLessThan(2e-2 * Math.max(1, Math.abs(exact)));
      }
    },
  );
});

function product(values: Float32Array | Int32Array, weight: (i: number) => number): number {
  let sum = 0;
  values.forEach((value, i) => {
    sum += value * weight(i);
  });
  return sum;
}

function direction(i: number): number {
  return Math.cos(2.1 * i + 0.4);
}

/** Change of the weighted sum of the outputs as one input moves along `direction`, in double precision outside the function. */
async function slope({ f, inputs }: KernelCase, name: string): Promise<number> {
  const step = 1e-3;
  const at = async (sign: number): Promise<number> => {
    const values = Float32Array.from(inputs[name]!.values, (value, i) => value + sign * step * direction(i));
    const moved = { ...inputs, [name]: { ...inputs[name]!, values } };
    const { value } = await run(js, (t) => ({ value: f(t) }), moved);
    const weights = random(value!.shape, 7).values;
    return product(value!.values, (i) => weights[i]!);
  };
  return ((await at(1)) - (await at(-1))) / (2 * step);
}

test('every kernel that can be recorded has a case', () => {
  const seen = new Set<string>();
  for (const item of cases)
    for (const node of reachable(
      Object.values(record(valueAndGradients(item), { inputs: specs(item.inputs) }).outputs),
    ))
      seen.add(node.kernel);
  const missing = Object.keys(kernels).filter((kernel) => !seen.has(kernel) && kernel !== 'ExpandDims');
  expect(missing).toEqual([]);
});
