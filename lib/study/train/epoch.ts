import type { Engine, Program } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { Model } from '../model/model.ts';
import { draws, permutation } from '../random.ts';
import { drawAugmentation } from './augment.ts';
import { BatchAssembler } from './batch.ts';
import { checkStep } from './check-step.ts';
import { ScoreSum } from './evaluate.ts';
import type { Score } from './evaluate.ts';
import type { TrainParams } from './params.ts';
import { trainingStep } from './step.ts';

interface Step {
  readonly program: Program;
  readonly assembler: BatchAssembler;
  readonly size: number;
}

/** What an epoch is trained with: everything but the number of the epoch and its learning rate. */
export interface EpochOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly params: TrainParams;
  readonly augment: boolean;
  readonly seed: number;
  readonly train: LabelledImages;
  readonly signal: AbortSignal;
}

/** The compiled step, and the images it is given. */
export interface EpochRunner {
  /** Holds the state between epochs. */
  readonly program: Program;
  /** Images that one epoch trains on. */
  readonly images: number;
  /** One pass over the training images in a random order. */
  run(epoch: number, rate: number): Promise<EpochResult>;
}

interface EpochResult {
  /** Of the batches as they came. */
  readonly score: Score;
  /** Steps whose gradients were not finite, in mixed precision. */
  readonly skipped: number;
}

async function compileStep(options: EpochOptions, size: number): Promise<Step> {
  const { engine, model, params, train } = options;
  const { height, width, channels } = train.set;
  const { fn, options: shapes } = trainingStep(model, params, [height, width, channels], size);
  return { program: await engine.compile(fn, shapes), assembler: new BatchAssembler(train, size), size };
}

async function moveState(from: Program, to: Program): Promise<void> {
  to.setState(await from.getState());
}

/** Compiles the step, and a second one for a smaller last batch where that is not left out. */
export async function createEpochRunner(options: EpochOptions): Promise<EpochRunner> {
  const { params, train, seed, signal } = options;
  const { batchSize, dropLast } = params;
  const { count, labels } = train.set;
  const rest = dropLast ? 0 : count % batchSize;
  const steps = Math.floor(count / batchSize);
  if (steps === 0) {
    throw new Error(
      `${count} training images do not fill a batch of ${batchSize}; lower params.train.batchSize`,
    );
  }
  const whole = await compileStep(options, batchSize);
  const last = rest > 0 ? await compileStep(options, rest) : null;

  async function take({ program, assembler, size }: Step, rows: Int32Array, epoch: number, rate: number) {
    const augmentation = options.augment
      ? (image: number) => drawAugmentation(seed, epoch, image)
      : undefined;
    const x = assembler.assemble(rows, augmentation);
    const rateValue = { dtype: 'float32' as const, shape: [], values: Float32Array.of(rate) };
    const outputs = await program.run({ x, labels: assembler.labels(rows), rate: rateValue });
    const [loss, finite, scale] = ['loss', 'finite', 'scale'].map((name) => outputs[name]?.values[0]);
    return { loss: loss!, skipped: finite === 0, scale: scale ?? 1, logits: outputs.logits!, count: size };
  }

  async function run(epoch: number, rate: number): Promise<EpochResult> {
    const order = permutation(count, draws({ seed, purpose: 'order', epoch }));
    const sum = new ScoreSum();
    let skipped = 0;
    for (let step = 0; step < steps + (last ? 1 : 0); step++) {
      signal.throwIfAborted();
      const rows = order.subarray(step * batchSize, (step + 1) * batchSize);
      const isLast = last !== null && step === steps;
      if (isLast) await moveState(whole.program, last.program);
      const taken = await take(isLast ? last : whole, rows, epoch, rate);
      if (isLast) await moveState(last.program, whole.program);
      const place = `in epoch ${epoch}, step ${step + 1}, at learning rate ${rate}`;
      checkStep(taken, place, params.precision);
      if (taken.skipped) skipped++;
      sum.add(taken.logits, (i) => labels[rows[i]!]!, taken.count);
    }
    return { score: sum.mean()!, skipped };
  }
  return { program: whole.program, images: steps * batchSize + rest, run };
}
