/*
 * Speed of training, evaluation and explanation beside PyTorch's and Captum's: the same nets, batches and
 * thread counts, taking turns, so that whatever else the machine does slows both. Images, or maps, per second
 * are of the median call. Peak memory is that of a process that only trains.
 *
 *   npm run bench:compute                      PYTHON=/path/to/python chooses where torch is looked for
 *   npm run bench:compute resnet18,18,16,128,2    one net: family,depth,width,batch,threads
 *   npm run bench:compute -- --mixed              with training and evaluation in mixed precision, beside
 *                                                 PyTorch's autocast to float16
 *   npm run bench:compute -- --device cuda --device webgpu      on GPUs, in float32 and mixed precision, beside
 *                                                 PyTorch on its GPU; memory is left out
 */
import { createEngine } from '../lib/compute/engine.ts';
import type { Engine, Program, TensorMap, TensorValue } from '../lib/compute/program.ts';
import { Explainer } from '../lib/study/attribution/explain.ts';
import { noiseFields } from '../lib/study/attribution/noise.ts';
import { createModel } from '../lib/study/model/create.ts';
import { initialWeights } from '../lib/study/model/initial.ts';
import type { Model } from '../lib/study/model/model.ts';
import { initialState, toProgram } from '../lib/study/train/state.ts';
import { inference, trainingStep } from '../lib/study/train/step.ts';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { Torch, type NetCall, type NetSize } from './compute-torch.ts';

const ROUNDS = 5;
/** A turn of each lasts about this long, in seconds. */
const TURN = 0.7;
/** Calls that take longer than this, in seconds, as explaining at width 64 does, get fewer rounds. */
const LONG = 8;
const LONG_ROUNDS = 2;

/** Of `engine` in `pipeline.yaml`. */
type Device = 'cpu' | 'cuda' | 'webgpu';

const GPU_DEFAULTS: readonly NetSize[] = [
  { family: 'resnet-cifar', depth: 20, width: 16, batch: 128, threads: 1 },
  { family: 'resnet18', depth: 18, width: 16, batch: 128, threads: 1 },
  { family: 'resnet18', depth: 18, width: 64, batch: 256, threads: 1 },
];

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

async function prepare(engine: Engine, model: Model, net: NetSize, call: NetCall): Promise<Prepared> {
  const image = [32, 32, 3];
  const precision = call.endsWith('mixed') ? 'mixed' : 'float32';
  const trains = call.startsWith('train');
  const { fn, options } = trains
    ? trainingStep(model, { momentum: 0.9, weightDecay: 0, precision }, image, net.batch)
    : inference(model, image, net.batch, precision);
  const program = await engine.compile(fn, options);
  const start = initialState(model, 1, { precision });
  program.setState(trains ? toProgram(start) : start.weights);
  const x = floats([net.batch, ...image], (i) => Math.sin(i * 1.37));
  if (!trains) return { program, feed: { x } };
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

/** Seconds of a call when warm. */
async function warmed(call: Timed): Promise<number> {
  const first = (await call(1))[0]!;
  return first > LONG ? first : (await call(1))[0]!;
}

/** Calls that fill a turn. */
function turn(seconds: number): number {
  return Math.max(1, Math.round(TURN / seconds));
}

/** Seconds of each of a number of calls. */
type Timed = (count: number) => Promise<readonly number[]>;

interface Compared {
  readonly line: string;
  /** Of our median call. */
  readonly seconds: number;
}

/** `perCall`: images, or maps, that a call gives. */
async function compare(name: string, perCall: number, ours: Timed, theirs: Timed | null): Promise<Compared> {
  const warm = await warmed(ours);
  const [count, torchCount] = [turn(warm), theirs === null ? 0 : turn(await warmed(theirs))];
  const [mine, reference]: [number[], number[]] = [[], []];
  for (let round = 0; round < (warm > LONG ? LONG_ROUNDS : ROUNDS); round++) {
    mine.push(...(await ours(count)));
    if (theirs !== null) reference.push(...(await theirs(torchCount)));
  }
  const speed = perCall / median(mine);
  const columns = [name.padEnd(22), speed.toFixed(0).padStart(7)];
  if (reference.length > 0) {
    const other = perCall / median(reference);
    columns.push(other.toFixed(0).padStart(7), (speed / other).toFixed(2).padStart(6));
  }
  return { line: columns.join('  '), seconds: median(mine) };
}

async function compareNet(net: NetSize, call: NetCall, engine: Engine, torch: Torch | null) {
  const ours = await prepare(engine, modelOf(net), net, call);
  const theirs = torch === null ? null : (count: number) => torch.time(call, count);
  const { line } = await compare(`${call}, images`, net.batch, (count) => time(ours, count), theirs);
  await ours.program.dispose();
  return line;
}

function modelOf({ family, depth, width }: NetSize): Model {
  return createModel({ family, depth, width }, { height: 32, width: 32, channels: 3 }, 10);
}

/** Largest resident memory in KiB of a process that only trains: this file, told so. */
async function peak(net: NetSize): Promise<number> {
  const { family, depth, width, batch, threads } = net;
  const text = [family, depth, width, batch, threads].join();
  const args = ['scripts/run.mjs', 'bench/compute.ts', '--peak', text];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

async function comparePeak(net: NetSize, torch: Torch | null): Promise<string> {
  const ours = (await peak(net)) / 1024;
  const theirs = torch === null ? null : (await torch.peak(net)) / 1024;
  const columns = ['peak, MiB'.padEnd(22), ours.toFixed(0).padStart(7)];
  if (theirs !== null) columns.push(theirs.toFixed(0).padStart(7), (ours / theirs).toFixed(2).padStart(6));
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

const IMAGES = 32;

/**
 * Passes through the net, forwards or back, that the methods cannot do without: forwards once for all and 25
 * times for SmoothGrad, back as often for it and once each for four more.
 */
const PASSES = 26 + 29;

async function explainer(model: Model, engine: Engine): Promise<Explainer> {
  return Explainer.compile(engine, model, [32, 32, 3], {
    methods: METHODS,
    target: 'logit',
    parameters: {
      smoothGrad: { samples: 25, noise: 0.15 },
      integratedGradients: { steps: 32 },
      occlusion: { window: 8, stride: 4 },
      rise: { masks: 500, cells: 7 },
    },
    noise: noiseFields(25, [32, 32, 3]),
    memory: 4e9,
  });
}

/** All maps of one checkpoint after another, by one program, as the study makes them. */
async function compareMaps(net: NetSize, engine: Engine, torch: Torch | null): Promise<string> {
  const model = modelOf(net);
  const weights = initialWeights(model.weights, 1);
  const program = await explainer(model, engine);
  const images = {
    x: floats([IMAGES, 32, 32, 3], (i) => Math.sin(i * 1.37)),
    classes: Array.from({ length: IMAGES }, (_, i) => i % 10),
  };
  const ours = async (count: number): Promise<number[]> => {
    const seconds: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      let maps = 0;
      for await (const batch of program.explain(weights, images)) maps += batch.count * METHODS.length;
      if (maps !== IMAGES * METHODS.length) throw new Error(`${maps} maps came`);
      seconds.push((performance.now() - start) / 1000);
    }
    return seconds;
  };
  const captum = torch !== null && (await torch.explains());
  const theirs = captum ? (count: number) => torch.time('explain', count) : null;
  const { line, seconds: taken } = await compare('explain, maps', IMAGES * METHODS.length, ours, theirs);
  await program.dispose();
  const needed = (IMAGES * PASSES * model.multiplyAdds) / taken / 1e9;
  const possible = await convolutionRate(engine);
  const rates = `${needed.toFixed(0)} explaining, ${possible.toFixed(0)} in one wide convolution`;
  return `${line}\n  ${'multiply-adds, 10⁹'.padEnd(22)}  ${rates}`;
}

/** 10⁹ multiply-adds a second in a 3×3 convolution of 128 channels: about all that the processor can do. */
async function convolutionRate(engine: Engine): Promise<number> {
  const [batch, side, channels] = [64, 8, 128];
  const x = floats([batch, side, side, channels], (i) => Math.sin(i * 1.37));
  const filter = floats([3, 3, channels, channels], (i) => Math.sin(i * 0.71));
  const program = await engine.compile(
    (given) => ({ y: tf.sum(tf.conv2d(given.x as Tensor4D, given.filter as Tensor4D, 1, 1), [1, 2]) }),
    { inputs: { x, filter } },
  );
  const seconds = median(await time({ program, feed: { x, filter } }, 20));
  await program.dispose();
  return (batch * side * side * 9 * channels * channels) / seconds / 1e9;
}

/** Seconds until programs can run, of which each serves a whole training run, or all checkpoints. */
async function compileTimes(net: NetSize, engine: Engine): Promise<string> {
  const model = modelOf(net);
  const seconds = async (compile: () => Promise<{ dispose(): Promise<void> }>): Promise<string> => {
    const start = performance.now();
    const program = await compile();
    const taken = (performance.now() - start) / 1000;
    await program.dispose();
    return taken.toFixed(2);
  };
  const step = trainingStep(model, { momentum: 0.9, weightDecay: 0 }, [32, 32, 3], net.batch);
  const times = [
    await seconds(() => engine.compile(step.fn, step.options)),
    await seconds(() => explainer(model, engine)),
  ];
  return `${'compile, s'.padEnd(22)}  ${times[0]!} to train, ${times[1]!} to explain`;
}

function parse(text: string): NetSize {
  const [family, ...numbers] = text.split(',');
  const [depth, width, batch, threads] = numbers.map(Number);
  if ((family !== 'resnet18' && family !== 'resnet-cifar') || numbers.length !== 4)
    throw new Error(`'${text}' is not family,depth,width,batch,threads`);
  return { family, depth: depth!, width: width!, batch: batch!, threads: threads! };
}

/** The engine, and whether it is for mixed precision, too; says what of it is not as it should be. */
async function start(device: Device, threads: number, mixed: boolean): Promise<[Engine, boolean] | null> {
  for (const precision of mixed ? (['mixed', 'float32'] as const) : (['float32'] as const))
    try {
      const engine = await createEngine({ backend: 'onnxruntime', device, threads, precision });
      for (const note of engine.notes) console.log(`  ${note}`);
      return [engine, precision === 'mixed'];
    } catch (error) {
      console.log(`  skipped ${precision} on ${device}: ${(error as Error).message}`);
    }
  return null;
}

async function compareOn(device: Device, net: NetSize, torch: Torch | null, mixed: boolean): Promise<void> {
  const { family, depth, width, batch, threads } = net;
  console.log(`${family} depth ${depth}, width ${width}, batch ${batch}, threads ${threads}, on ${device}`);
  const started = await start(device, threads, mixed || device !== 'cpu');
  if (started === null) return;
  const [engine, canMix] = started;
  console.log(`  ${Object.values(engine.toolchain).join(', ')}`);
  const theirs = (await torch?.prepare(net, device)) === true ? torch : null;
  if (torch !== null && theirs === null) console.log('  skipped PyTorch: it has no GPU here');
  const calls: NetCall[] = canMix
    ? ['train', 'train mixed', 'evaluate', 'evaluate mixed']
    : ['train', 'evaluate'];
  for (const call of calls) console.log(`  ${await compareNet(net, call, engine, theirs)}`);
  console.log(`  ${await compareMaps(net, engine, theirs)}`);
  console.log(`  ${await compileTimes(net, engine)}`);
  if (device === 'cpu') console.log(`  ${await comparePeak(net, theirs)}`);
  await engine.dispose();
}

async function compareAll(
  devices: readonly Device[],
  nets: readonly NetSize[],
  mixed: boolean,
): Promise<void> {
  const torch = await Torch.start(process.env.PYTHON ?? 'python3');
  if (torch === null) console.log('skipped PyTorch: no torch in PYTHON (or python3)');
  console.log(`per second: pipe${torch === null ? '' : `, PyTorch ${torch.version} channels_last, ratio`}`);
  for (const device of devices) {
    const chosen = nets.length > 0 ? nets : device === 'cpu' ? DEFAULTS : GPU_DEFAULTS;
    for (const net of chosen) await compareOn(device, net, torch, mixed);
  }
  torch?.stop();
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: 'string', multiple: true, default: ['cpu'] },
    mixed: { type: 'boolean', default: false },
    peak: { type: 'boolean', default: false },
  },
});
const nets = positionals.map(parse);
const known: readonly string[] = ['cpu', 'cuda', 'webgpu'] satisfies Device[];
const unknown = values.device.find((device) => !known.includes(device));
if (unknown !== undefined) throw new Error(`--device ${unknown}: it is one of ${known.join(', ')}`);
if (values.peak) {
  const [net] = nets as [NetSize];
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: net.threads });
  await time(await prepare(engine, modelOf(net), net, 'train'), 5);
  console.log(process.resourceUsage().maxRSS);
} else await compareAll(values.device as Device[], nets, values.mixed);
