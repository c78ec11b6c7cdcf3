import type { Program, TensorMap, TensorValue } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import { BatchAssembler } from './batch.ts';

/** Mean cross entropy and share of wrong answers. */
export interface Score {
  readonly loss: number;
  readonly error: number;
}

/** Adds up the score of one batch after another, in double precision. */
export class ScoreSum {
  #loss = 0;
  #wrong = 0;
  #count = 0;

  /** `count`: how many of the batch's rows are images; the rest only fill it up. */
  add(logits: TensorValue, labels: (i: number) => number, count: number): void {
    const classes = logits.shape[1]!;
    for (let i = 0; i < count; i++) {
      const row = logits.values.subarray(i * classes, (i + 1) * classes);
      const label = labels(i);
      let best = 0;
      for (let k = 1; k < classes; k++) if (row[k]! > row[best]!) best = k;
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += Math.exp(row[k]! - row[best]!);
      this.#loss += Math.log(sum) + row[best]! - row[label]!;
      if (best !== label) this.#wrong++;
    }
    this.#count += count;
  }

  /** Null where nothing was added. */
  mean(): Score | null {
    if (this.#count === 0) return null;
    return { loss: this.#loss / this.#count, error: this.#wrong / this.#count };
  }
}

/** Scores image sets with a compiled `inference` program. */
export class Evaluator {
  readonly #program: Program;
  readonly #batchSize: number;
  readonly #assemblers = new Map<LabelledImages, BatchAssembler>();

  constructor(program: Program, batchSize: number) {
    this.#program = program;
    this.#batchSize = batchSize;
  }

  use(weights: TensorMap): void {
    this.#program.setState(weights);
  }

  /** Null for a set without images. */
  async score(images: LabelledImages, signal: AbortSignal): Promise<Score | null> {
    const { count, labels } = images.set;
    const assembler = this.#assembler(images);
    const sum = new ScoreSum();
    for (let from = 0; from < count; from += this.#batchSize) {
      signal.throwIfAborted();
      const rows = Array.from({ length: Math.min(this.#batchSize, count - from) }, (_, i) => from + i);
      const { logits } = await this.#program.run({ x: assembler.assemble(rows) });
      sum.add(logits!, (i) => labels[from + i]!, rows.length);
    }
    return sum.mean();
  }

  #assembler(images: LabelledImages): BatchAssembler {
    const known = this.#assemblers.get(images);
    if (known) return known;
    const made = new BatchAssembler(images, this.#batchSize);
    this.#assemblers.set(images, made);
    return made;
  }
}
