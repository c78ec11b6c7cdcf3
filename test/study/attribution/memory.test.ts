import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine, TensorValue } from '../../../lib/compute/program.ts';
import { Explainer } from '../../../lib/study/attribution/explain.ts';
import { choicesAtOnce } from '../../../lib/study/attribution/memory.ts';
import { type MethodName, methodNames } from '../../../lib/study/attribution/methods.ts';
import { noiseFields } from '../../../lib/study/attribution/noise.ts';
import { createModel, type ModelParams } from '../../../lib/study/model/create.ts';
import { initialWeights } from '../../../lib/study/model/initial.ts';
import { parkMiller } from './park-miller.ts';
import { referenceParameters } from './reference-nets.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});
afterAll(() => engine.dispose());

const imageShape: readonly [number, number, number] = [14, 10, 3];
const count = 5;
/** All that convolutional nets have. */
const ofConvolutions = methodNames.filter((name) => name !== 'attention-rollout');

const images: { readonly x: TensorValue; readonly classes: readonly number[] } = {
  x: {
    dtype: 'float32',
    shape: [count, ...imageShape],
    values: Float32Array.from(parkMiller(8)(count * 14 * 10 * 3)),
  },
  classes: [0, 1, 2, 1, 0],
};

interface Explanation {
  /** Of each call. */
  readonly counts: readonly number[];
  readonly maps: ReadonlyMap<string, number[]>;
  readonly memory: number;
}

async function explain(
  params: ModelParams,
  memory: number,
  methods: readonly MethodName[] = ofConvolutions,
): Promise<Explanation> {
  const [height, width, channels] = imageShape;
  const model = createModel(params, { height, width, channels }, 3);
  const explainer = await Explainer.compile(engine, model, imageShape, {
    methods,
    target: 'logit',
    parameters: referenceParameters,
    noise: noiseFields(referenceParameters.smoothGrad.samples, imageShape),
    memory,
  });
  const counts: number[] = [];
  const maps = new Map<string, number[]>();
  for await (const batch of explainer.explain(initialWeights(model.weights, 4), images)) {
    counts.push(batch.count);
    for (const [name, { values }] of Object.entries(batch.maps))
      maps.set(name, [...(maps.get(name) ?? []), ...values]);
  }
  await explainer.dispose();
  return { counts, maps, memory: explainer.memory };
}

/** With whether images share blocks in them. */
const nets: readonly (readonly [ModelParams, boolean])[] = [
  [{ family: 'resnet-cifar', depth: 8, width: 4 }, true],
  [{ family: 'resnet-cifar', depth: 8, width: 16 }, false],
  [{ family: 'resnet18', depth: 18, width: 8 }, true],
  [{ family: 'vgg', depth: 4, width: 16 }, false],
  [{ family: 'mobilenet', blocks: 2, width: 8, expansion: 2 }, true],
  [{ family: 'densenet', blocks: [2, 2], growth: 5, compression: 0.5 }, false],
];

describe('however little memory there is', () => {
  it.each(nets)('every method gives the same maps, to the bit: %j', async (params, together) => {
    const whole = await explain(params, 4e9);
    const cut = await explain(params, 1);
    expect(whole.counts).toEqual([4, 1]);
    expect(cut.counts).toEqual(together ? [4, 1] : [2, 2, 1]);
    expect([...cut.maps.keys()]).toEqual(ofConvolutions);
    const differ = ofConvolutions.filter((name) =>
      cut.maps.get(name)!.some((value, i) => value !== whole.maps.get(name)![i]),
    );
    expect(differ).toEqual([]);
  });

  it('it is said what the fewest take, which is less than what more do', async () => {
    const [, [params]] = nets as [unknown, [ModelParams]];
    const some: readonly MethodName[] = ['saliency', 'smooth-grad'];
    const [whole, cut] = [await explain(params, 4e9, some), await explain(params, 1, some)];
    expect(cut.memory).toBeGreaterThan(1);
    expect(cut.memory).toBeLessThan(whole.memory);
    expect(whole.memory).toBeLessThan(4e9);
  });
});

describe('how many images are looked at together', () => {
  it('goes from as many pixels as a hundred small images have down to two images', () => {
    expect(choicesAtOnce([32, 32], false)).toEqual([
      { inPass: 100, inCall: 4 },
      { inPass: 50, inCall: 4 },
      { inPass: 25, inCall: 4 },
      { inPass: 12, inCall: 4 },
      { inPass: 6, inCall: 3 },
      { inPass: 3, inCall: 2 },
    ]);
    expect(choicesAtOnce([160, 160], false)).toEqual([
      { inPass: 4, inCall: 2 },
      { inPass: 2, inCall: 2 },
    ]);
    expect(choicesAtOnce([2000, 3000], false)).toEqual([{ inPass: 2, inCall: 2 }]);
  });

  it('are never fewer than share a block', () => {
    const smallest = { inPass: 6, inCall: 4 };
    expect(choicesAtOnce([32, 32], true).at(-1)).toEqual(smallest);
    expect(choicesAtOnce([224, 224], true)).toEqual([{ inPass: 4, inCall: 4 }]);
  });
});
