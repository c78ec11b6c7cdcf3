import type { Engine, Program, TensorValue } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { Model } from '../model/model.ts';
import { draws, permutation } from '../random.ts';
import { drawAugmentation } from './augment.ts';
import { averageDecay } from './average.ts';
import { BatchAssembler } from './batch.ts';
import { checkStep, type StepOutcome } from './check-step.ts';
import { ScoreSum } from './evaluate.ts';
import type { Score } from './evaluate.ts';
import type { TrainParams } from './params.ts';
import { noPredictions, type Predictions } from './predictions.ts';
import { trainingStep } from './step.ts';

interface Step {
  readonly program: Program;
  readonly assembler: BatchAssembler;
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

interface EpochResult {
  /** Of the batches as they came. */
  readonly score: Score;
  /** Likewise, image by image. */
  readonly predictions: Predictions;
  /** Steps whose gradients were not finite, in mixed precision. */
  readonly skipped: number;
}

/** Images that are trained on together, and the step that takes as many. */
interface Batch extends Step {
  readonly rows: Int32Array;
  readonly x: TensorValue;
}

async function compileStep(options: EpochOptions, size: number): Promise<Step> {
  const { engine, model, params, train } = options;
  const { height, width, channels } = train.set;
  const { fn, options: shapes } = trainingStep(model, params, [height, width, channels], size);
  return { program: await engine.compile(fn, shapes), assembler: new BatchAssembler(train, size) };
}

async function moveState(from: Program, to: Program): Promise<void> {
  to.setState(await from.getState());
}

function scalar(value: number): TensorValue {
  return { dtype: 'float32', shape: [], values: Float32Array.of(value) };
}

/** The compiled step, and the images it is given. */
export class EpochRunner {
  readonly #options: EpochOptions;
  readonly #whole: Step;
  /** For a smaller last batch, where that is not left out. */
  readonly #last: Step | null;
  readonly #steps: number;

  private constructor(options: EpochOptions, whole: Step, last: Step | null) {
    this.#options = options;
    this.#whole = whole;
    this.#last = last;
    const { train, params } = options;
    this.#steps = Math.floor(train.set.count / params.batchSize) + (last ? 1 : 0);
  }

  static async compile(options: EpochOptions): Promise<EpochRunner> {
    const { batchSize, dropLast } = options.params;
    const { count } = options.train.set;
    if (count < batchSize) {
      throw new Error(
        `${count} training images do not fill a batch of ${batchSize}; lower params.train.batchSize`,
      );
    }
    const rest = dropLast ? 0 : count % batchSize;
    const whole = await compileStep(options, batchSize);
    return new EpochRunner(options, whole, rest > 0 ? await compileStep(options, rest) : null);
  }

  /** Holds the state between epochs. */
  get program(): Program {
    return this.#whole.program;
  }

  /** Images that one epoch trains on. */
  get images(): number {
    const { train, params } = this.#options;
    return this.#last ? train.set.count : this.#steps * params.batchSize;
  }

  /** One pass over the training images in a random order. */
  async run(epoch: number, rate: number): Promise<EpochResult> {
    const { params, train, signal } = this.#options;
    const sum = new ScoreSum();
    const predictions = noPredictions(train.set.count);
    let skipped = 0;
    let step = 0;
    for (const batch of this.#batches(epoch, this.#steps)) {
      signal.throwIfAborted();
      const taken = await this.#take(batch, rate, (epoch - 1) * this.#steps + step++);
      const place = `in epoch ${epoch}, step ${step}, at learning rate ${rate}`;
      checkStep(taken, place, params.precision);
      if (taken.skipped) skipped++;
      sum.add(taken.logits, batch.rows, train.set.labels, predictions);
    }
    return { score: sum.mean()!, predictions, skipped };
  }

  /** The first whole batches of an epoch as it is trained on them; each is overwritten by the next. */
  *inputs(epoch: number, count: number): Generator<TensorValue> {
    for (const { x, program } of this.#batches(epoch, count)) if (program === this.program) yield x;
  }

  *#batches(epoch: number, count: number): Generator<Batch> {
    const { train, params, seed, augment } = this.#options;
    const order = permutation(train.set.count, draws({ seed, purpose: 'order', epoch }));
    const augmentation = augment ? (image: number) => drawAugmentation(seed, epoch, image) : undefined;
    for (let step = 0; step < Math.min(count, this.#steps); step++) {
      const rows = order.subarray(step * params.batchSize, (step + 1) * params.batchSize);
      const taken = rows.length < params.batchSize ? this.#last! : this.#whole;
      yield { ...taken, rows, x: taken.assembler.assemble(rows, augmentation) };
    }
  }

  /** `stepsDone`: before this one, from the first epoch on. */
  async #take(
    { program, assembler, rows, x }: Batch,
    rate: number,
    stepsDone: number,
  ): Promise<StepOutcome & { readonly logits: TensorValue }> {
    const { average } = this.#options.params;
    const decay = average && averageDecay(average.epochs, this.#steps, stepsDone);
    const fed = { x, labels: assembler.labels(rows), rate: scalar(rate) };
    if (program !== this.program) await moveState(this.program, program);
    const outputs = await program.run(decay === null ? fed : { ...fed, decay: scalar(decay) });
    if (program !== this.program) await moveState(program, this.program);
    const [loss, finite, scale] = ['loss', 'finite', 'scale'].map((name) => outputs[name]?.values[0]);
    return { loss: loss!, skipped: finite === 0, scale: scale ?? 1, logits: outputs.logits! };
  }
}
