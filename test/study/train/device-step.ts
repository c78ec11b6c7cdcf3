/*
 * Run by webgpu.test.ts in a process of its own: `<device> <precision>` prints what some training steps give, and
 * the net after them, or why not.
 */
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine, EngineOptions, Precision, TensorValue } from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { initialState, toProgram } from '../../../lib/study/train/state.ts';
import { inference, trainingStep } from '../../../lib/study/train/step.ts';

const IMAGE = { height: 8, width: 8, channels: 3 };
const [BATCH, CLASSES, STEPS] = [8, 4, 3];

function floats(shape: readonly number[], value: (i: number) => number): TensorValue {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float32', shape, values: Float32Array.from({ length: count }, (_, i) => value(i)) };
}

async function train(engine: Engine, precision: Precision): Promise<Record<string, number[]>> {
  const model = createModel({ family: 'resnet-cifar', depth: 8, width: 4 }, IMAGE, CLASSES);
  const shape = [IMAGE.height, IMAGE.width, IMAGE.channels];
  const { fn, options } = trainingStep(model, { momentum: 0.9, weightDecay: 0.01, precision }, shape, BATCH);
  const program = await engine.compile(fn, options);
  program.setState(toProgram(initialState(model, 1, { precision })));
  const batch = {
    x: floats([BATCH, ...shape], (i) => Math.sin(1.37 * i)),
    labels: floats([BATCH, CLASSES], (i) => Number(i % CLASSES === Math.floor(i / CLASSES) % CLASSES)),
    rate: floats([], () => 0.05),
  };
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) losses.push((await program.run(batch)).loss!.values[0]!);
  const state = await program.getState();
  const values = Object.entries(state).map(([name, tensor]) => [name, [...tensor.values]] as const);
  const { x } = batch;
  const evaluation = inference(model, shape, BATCH, precision);
  const evaluate = await engine.compile(evaluation.fn, evaluation.options);
  evaluate.setState(Object.fromEntries(model.weights.map(({ name }) => [name, state[name]!])));
  const { logits } = await evaluate.run({ x });
  return { losses, logits: [...logits!.values], ...Object.fromEntries(values) };
}

async function answer(device: EngineOptions['device'], precision: Precision): Promise<object> {
  let engine: Engine;
  try {
    engine = await createEngine({ backend: 'onnxruntime', device, threads: 1, precision });
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) };
  }
  const trained = await train(engine, precision);
  await engine.dispose();
  return { trained };
}

const [device, precision] = process.argv.slice(2) as [EngineOptions['device'], Precision];
console.log(JSON.stringify(await answer(device, precision)));
