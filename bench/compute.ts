/*
 * Speed of training, evaluation and explanation beside PyTorch's and Captum's: the same nets, batches and
 * thread counts, taking turns, so that whatever else the machine does slows both. Images, or maps, per second
 * are of the median call. Peak memory is that of a process that only trains.
 *
 *   npm run bench:compute                      PYTHON=/path/to/python chooses where torch is looked for
 *   npm run bench:compute resnet18,18,16,128,2    one net: family,depth,width,batch,threads
 *   npm run bench:compute torchvision,resnet18,224,1      a net of torchvision, imported: name,size,threads
 *   npm run bench:compute -- --processor          seconds on the processor, not the clock's: for one thread on a
 *                                                 machine that does other things, too
 *   npm run bench:compute -- --mixed              with training and evaluation in mixed precision, beside
 *                                                 PyTorch's autocast to float16
 *   npm run bench:compute -- --device cuda --device webgpu      on GPUs, in float32 and mixed precision, beside
 *                                                 PyTorch on its GPU; memory is left out
 */
import { createEngine } from '../lib/compute/engine.ts';
import type { Engine, Program, TensorMap } from '../lib/compute/program.ts';
import { createModel } from '../lib/study/model/create.ts';
import { initialWeights } from '../lib/study/model/initial.ts';
import type { Model } from '../lib/study/model/model.ts';
import { initialState, toProgram } from '../lib/study/train/state.ts';
import { inference, trainingStep } from '../lib/study/train/step.ts';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { Torch, type NetCall, type NetSize } from './compute-torch.ts';
import { floats } from './floats.ts';
import {
  compareTorchvision,
  imported,
  parseTorchvision,
  TORCHVISION,
  type TorchvisionNet,
} from './imported.ts';
import { convolutionRate, explainer, mapsOf, PASSES } from './maps.ts';
import { compare, time, type Seconds } from './turns.ts';

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

async function compareNet(net: NetSize, call: NetCall, engine: Engine, { torch, seconds }: Beside) {
  const ours = await prepare(engine, modelOf(net), net, call);
  const theirs = torch === null ? null : (count: number) => torch.time(call, count);
  const { program, feed } = ours;
  const mine = (count: number): Promise<number[]> => time(() => program.run(feed), count, seconds);
  const { line } = await compare(`${call}, images`, net.batch, mine, theirs);
  await program.dispose();
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

const IMAGES = 32;

/** With what ours is compared, and in what. */
interface Beside {
  readonly torch: Torch | null;
  readonly seconds: Seconds;
  /** Of the same net as PyTorch exported it; null where it did not. */
  readonly exported: string | null;
}

/** All maps of one checkpoint after another, by one program, as the study makes them. */
async function compareMaps(net: NetSize, engine: Engine, beside: Beside): Promise<string> {
  const { torch, seconds, exported } = beside;
  const model = modelOf(net);
  const options = { images: IMAGES, size: 32, seconds };
  const ours = await mapsOf(model, initialWeights(model.weights, 1), engine, options);
  const captum = torch !== null && (await torch.explains());
  const theirs = captum ? (count: number) => torch.time('explain', count) : null;
  const { line, seconds: taken } = await compare('explain, maps', ours.count, ours.call, theirs);
  const needed = (IMAGES * PASSES * model.multiplyAdds) / taken / 1e9;
  const possible = await convolutionRate(engine, seconds);
  const rates = `${needed.toFixed(0)} explaining, ${possible.toFixed(0)} in one wide convolution`;
  const lines = [line, `${'multiply-adds, 10⁹'.padEnd(22)}  ${rates}`];
  if (exported !== null) {
    const net = imported(exported, lastBlock(model), 32, 10);
    const same = await mapsOf(net.model, net.weights, engine, options);
    lines.push((await compare('imported, maps, : ours', ours.count, same.call, ours.call)).line);
    await same.dispose();
  }
  await ours.dispose();
  return lines.join('\n  ');
}

/** The module of PyTorch's net that is the last block: before it are the stem's three, and the blocks' like. */
function lastBlock({ weights }: Model): string {
  return String(2 + weights.filter(({ name }) => name.endsWith('conv2.filter')).length);
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
    await seconds(() => explainer(model, engine, 32)),
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

/** What was asked for on the command line. */
interface Asked {
  readonly torch: Torch | null;
  readonly seconds: Seconds;
  readonly mixed: boolean;
  /** Where PyTorch may write. */
  readonly folder: string;
}

async function compareOn(device: Device, net: NetSize, asked: Asked): Promise<void> {
  const { torch, mixed, seconds, folder } = asked;
  const { family, depth, width, batch, threads } = net;
  console.log(`${family} depth ${depth}, width ${width}, batch ${batch}, threads ${threads}, on ${device}`);
  const started = await start(device, threads, mixed || device !== 'cpu');
  if (started === null) return;
  const [engine, canMix] = started;
  console.log(`  ${Object.values(engine.toolchain).join(', ')}`);
  const path = join(folder, 'net.onnx');
  const able = (await torch?.prepare(net, device, path)) ?? null;
  const theirs = able === null || !able.able ? null : torch;
  if (torch !== null && theirs === null) console.log('  skipped PyTorch: it has no GPU here');
  if (able?.exported === false) console.log('  skipped the imported net: no onnx in PYTHON (or python3)');
  const beside = { torch: theirs, seconds, exported: able?.exported === true ? path : null };
  const calls: NetCall[] = canMix
    ? ['train', 'train mixed', 'evaluate', 'evaluate mixed']
    : ['train', 'evaluate'];
  for (const call of calls) console.log(`  ${await compareNet(net, call, engine, beside)}`);
  console.log(`  ${await compareMaps(net, engine, beside)}`);
  console.log(`  ${await compileTimes(net, engine)}`);
  if (device === 'cpu') console.log(`  ${await comparePeak(net, theirs)}`);
  await engine.dispose();
}

/** A net of torchvision on the processor. */
async function compareImported(net: TorchvisionNet, { torch, seconds, folder }: Asked): Promise<void> {
  const { name, size, threads, images } = net;
  console.log(
    `torchvision's ${name}, imported, ${size} × ${size}, ${images} images, threads ${threads}, on cpu`,
  );
  const path = join(folder, 'net.onnx');
  if (torch === null || !(await torch.prepareTorchvision(net, path))) {
    console.log('  skipped: no torchvision and onnx in PYTHON (or python3)');
    return;
  }
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads });
  for (const line of await compareTorchvision(net, engine, torch, { path, seconds }))
    console.log(`  ${line}`);
  await engine.dispose();
}

async function compareAll(
  devices: readonly Device[],
  { nets, others }: Nets,
  { mixed, seconds }: Pick<Asked, 'mixed' | 'seconds'>,
): Promise<void> {
  const torch = await Torch.start(process.env.PYTHON ?? 'python3', seconds);
  if (torch === null) console.log('skipped PyTorch: no torch in PYTHON (or python3)');
  const of = seconds === 'clock' ? 'second' : 'second of processor time';
  console.log(`per ${of}: pipe${torch === null ? '' : `, PyTorch ${torch.version} channels_last, ratio`}`);
  const folder = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
  const asked = { torch, mixed, seconds, folder };
  const all = nets.length + others.length === 0;
  try {
    for (const device of devices)
      for (const net of !all ? nets : device === 'cpu' ? DEFAULTS : GPU_DEFAULTS)
        await compareOn(device, net, asked);
    if (devices.includes('cpu'))
      for (const net of all ? TORCHVISION : others) await compareImported(net, asked);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    torch?.stop();
  }
}

interface Nets {
  readonly nets: readonly NetSize[];
  readonly others: readonly TorchvisionNet[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    device: { type: 'string', multiple: true, default: ['cpu'] },
    mixed: { type: 'boolean', default: false },
    peak: { type: 'boolean', default: false },
    processor: { type: 'boolean', default: false },
  },
});
const isTorchvision = (text: string): boolean => text.startsWith('torchvision,');
const nets = positionals.filter((text) => !isTorchvision(text)).map(parse);
const others = positionals.filter(isTorchvision).map(parseTorchvision);
const known: readonly string[] = ['cpu', 'cuda', 'webgpu'] satisfies Device[];
const unknown = values.device.find((device) => !known.includes(device));
if (unknown !== undefined) throw new Error(`--device ${unknown}: it is one of ${known.join(', ')}`);
if (values.peak) {
  const [net] = nets as [NetSize];
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: net.threads });
  const { program, feed } = await prepare(engine, modelOf(net), net, 'train');
  await time(() => program.run(feed), 5, 'clock');
  console.log(process.resourceUsage().maxRSS);
} else {
  const seconds = values.processor ? 'processor' : 'clock';
  await compareAll(values.device as Device[], { nets, others }, { mixed: values.mixed, seconds });
}
