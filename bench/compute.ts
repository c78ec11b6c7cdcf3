/*
 * Training and evaluation speed beside PyTorch's: the same nets, batches and thread counts, taking turns, so
 * that whatever else the machine does slows both. Images per second are of the median call.
 *
 *   npm run bench:compute                      PYTHON=/path/to/python chooses where torch is looked for
 *   npm run bench:compute resnet18,18,16,128,2    one net: family,depth,width,batch,threads
 */
import { createEngine } from '../lib/compute/engine.ts';
import type { Engine, Program, TensorMap, TensorValue } from '../lib/compute/program.ts';
import { explainImages } from '../lib/study/attribution/explain.ts';
import { noiseFields } from '../lib/study/attribution/noise.ts';
import { createModel } from '../lib/study/model/create.ts';
import { initialWeights } from '../lib/study/model/initial.ts';
import type { Model } from '../lib/study/model/model.ts';
import { inference, trainingStep } from '../lib/study/train/step.ts';
import { Torch, type Call, type NetSize } from './compute-torch.ts';

const ROUNDS = 7;
/** A turn of each lasts about this long, in seconds. */
const TURN = 0.7;

const DEFAULTS: readonly NetSize[] = [
  { family: 'resnet-cifar', depth: 8, width: 8, batch: 64, threads: 1 },
  { family: 'resnet-cifar', depth: 14, width: 8, batch: 64, threads: 1 },
  { family: 'resnet-cifar', depth: 20, width: 16, batch: 128, threads: 2 },
  { family: 'resnet18', depth: 18, width: 8, batch: 128, threads: 2 },
  { family: 'resnet18', depth: 18, width: 16, batch: 128, threads: 2 },
  { family: 'resnet18', depth: 18, width: 64, batch: 128, threads: 2 },
];

function floats(shape: readonly number[], value: (i: number) => number): TensorValue {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float32', shape, values: Float32Array.from({ length: count }, (_, i) => value(i)) };
}

interface Prepared {
  readonly program: Program;
  readonly feed: TensorMap;
}

async function prepare(engine: Engine, model: Model, net: NetSize, call: Call): Promise<Prepared> {
  const image = [32, 32, 3];
  const { fn, options } =
    call === 'train'
      ? trainingStep(model, { momentum: 0.9, weightDecay: 0 }, image, net.batch)
      : inference(model, image, net.batch);
  const program = await engine.compile(fn, options);
  const initial = initialWeights(model.weights, 1);
  const kept = Object.values(options.state ?? {});
  program.setState(
    Object.fromEntries(
      kept.map((name) => [name, initial[name] ?? floats(options.inputs[name]!.shape, () => 0)]),
    ),
  );
  const x = floats([net.batch, ...image], (i) => Math.sin(i * 1.37));
  if (call === 'evaluate') return { program, feed: { x } };
  const labels = floats([net.batch, 10], (i) => Number(i % 10 === Math.floor(i / 10) % 10));
  return { program, feed: { x, labels, rate: floats([], () => 0.01) } };
}

async function time({ program, feed }: Prepared, count: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await program.run(feed);
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Calls that fill a turn, from the time of a few warm ones. */
function turn(warm: readonly number[]): number {
  return Math.max(2, Math.round(TURN / median(warm)));
}

async function compare(net: NetSize, call: Call, engine: Engine, torch: Torch | null): Promise<string> {
  const model = createModel(
    { family: net.family, depth: net.depth, width: net.width },
    { height: 32, width: 32, channels: 3 },
    10,
  );
  const ours = await prepare(engine, model, net, call);
  const [count, torchCount] = [
    turn(await time(ours, 3)),
    torch === null ? 0 : turn(await torch.time(call, 3)),
  ];
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(...(await time(ours, count)));
    if (torch !== null) theirs.push(...(await torch.time(call, torchCount)));
  }
  await ours.program.dispose();
  const speed = net.batch / median(mine);
  const columns = [call.padEnd(8), speed.toFixed(0).padStart(7)];
  if (torch !== null) {
    const reference = net.batch / median(theirs);
    columns.push(reference.toFixed(0).padStart(7), (speed / reference).toFixed(2).padStart(6));
  }
  return columns.join('  ');
}

/** The study's seven methods; SmoothGrad's map counts as one, though it takes 25 gradients. */
const METHODS = [
  'saliency',
  'deconvolution',
  'guided-backpropagation',
  'guided-backpropagation-minus',
  'grad-cam',
  'guided-grad-cam',
  'smooth-grad',
] as const;

/** Maps per second of one checkpoint, compiling included, as the study computes them. */
async function explain(net: NetSize, engine: Engine): Promise<string> {
  const model = createModel(
    { family: net.family, depth: net.depth, width: net.width },
    { height: 32, width: 32, channels: 3 },
    10,
  );
  const count = 32;
  const images = {
    x: floats([count, 32, 32, 3], (i) => Math.sin(i * 1.37)),
    classes: Array.from({ length: count }, (_, i) => i % 10),
  };
  const start = performance.now();
  let maps = 0;
  for await (const batch of explainImages(engine, model, initialWeights(model.weights, 1), images, {
    methods: METHODS,
    target: 'logit',
    parameters: {
      smoothGrad: { samples: 25, noise: 0.15 },
      integratedGradients: { steps: 32 },
      occlusion: { window: 8, stride: 4 },
    },
    noise: noiseFields(25, [32, 32, 3]),
  }))
    maps += batch.count * METHODS.length;
  return `maps/s   ${((1000 * maps) / (performance.now() - start)).toFixed(0).padStart(8)}`;
}

function parse(text: string): NetSize {
  const [family, ...numbers] = text.split(',');
  const [depth, width, batch, threads] = numbers.map(Number);
  if ((family !== 'resnet18' && family !== 'resnet-cifar') || numbers.length !== 4)
    throw new Error(`'${text}' is not family,depth,width,batch,threads`);
  return { family, depth: depth!, width: width!, batch: batch!, threads: threads! };
}

const nets = process.argv.length > 2 ? process.argv.slice(2).map(parse) : DEFAULTS;
const torch = await Torch.start(process.env.PYTHON ?? 'python3');
if (torch === null) console.log('skipped PyTorch: no torch in PYTHON (or python3)');
console.log(`images/s: pipe${torch === null ? '' : `, PyTorch ${torch.version} channels_last, ratio`}`);
for (const net of nets) {
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: net.threads });
  const { family, depth, width, batch, threads } = net;
  console.log(
    `${family} depth ${depth}, width ${width}, batch ${batch}, threads ${threads} (${engine.toolchain.layout ?? ''})`,
  );
  await torch?.prepare(net);
  for (const call of ['train', 'evaluate'] as const)
    console.log(`  ${await compare(net, call, engine, torch)}`);
  console.log(`  ${await explain(net, engine)}`);
  await engine.dispose();
}
torch?.stop();
