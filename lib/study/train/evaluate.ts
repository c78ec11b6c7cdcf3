import type { Program, TensorMap, TensorValue } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import { BatchAssembler } from './batch.ts';
import { noPredictions, putPrediction, type Predictions } from './predictions.ts';

/** Mean cross entropy and share of wrong answers. */
export interface Score {
  readonly loss: number;
  readonly error: number;
}

/** Of images that were not trained on; null where there are none. */
export interface PartScores {
  readonly validation: Score | null;
  readonly test: Score | null;
}

/** Adds up the score of one batch after another, in double precision. */
export class ScoreSum {
  #loss = 0;
  #wrong = 0;
  #count = 0;

  /** `rows`: the images, by their place in `labels` and `into`; what a batch has beyond them only fills it up. */
  add(logits: TensorValue, rows: ArrayLike<number>, labels: ArrayLike<number>, into: Predictions): void {
    for (let i = 0; i < rows.length; i++) {
      const { loss, correct } = putPrediction(into, rows[i]!, logits, i, labels[rows[i]!]!);
      this.#loss += loss;
      if (!correct) this.#wrong++;
    }
    this.#count += rows.length;
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

  /** Null for a set without images. `into` is told what the net says of each image, in the set's order. */
  async score(
    images: LabelledImages,
    signal: AbortSignal,
    into: Predictions = noPredictions(images.set.count),
  ): Promise<Score | null> {
    const { count, labels } = images.set;
    const assembler = this.#assembler(images);
    const sum = new ScoreSum();
    for (let from = 0; from < count; from += this.#batchSize) {
      signal.throwIfAborted();
      const rows = Array.from({ length: Math.min(this.#batchSize, count - from) }, (_, i) => from + i);
      const { logits } = await this.#program.run({ x: assembler.assemble(rows) });
      sum.add(logits!, rows, labels, into);
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
