import { mostProbable } from '../attribution/predict.ts';

export interface Classified {
  /** Softmax, `[count, classes]`. */
  readonly probabilities: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  /** What the images are, where label noise may have given them another label. */
  readonly drawn: ArrayLike<number>;
  /** Each image's number in its source; images of equal score are taken in its order. */
  readonly index: ArrayLike<number>;
  /** Names, by class number. */
  readonly classes: readonly string[];
}

/** An image in one of the lists. */
export interface Candidate {
  /** Row among the images that were classified. */
  readonly row: number;
  /** Of eq. 5: p_c in list A, max p − p_c in list B. */
  readonly score: number;
  /** p_c, the softmax probability of the labelled class. */
  readonly probability: number;
  /** Whether the class was predicted: list A or list B. */
  readonly correct: boolean;
}

/**
 * Lists A (correct) and B (wrong) of one class, by falling score; equal scores by index. `mislabelled`: with images
 * whose label is not what was drawn.
 */
export function listsOfClass(
  { probabilities, labels, drawn, index, classes }: Classified,
  label: number,
  mislabelled: boolean,
): { readonly correct: readonly Candidate[]; readonly wrong: readonly Candidate[] } {
  const candidates: Candidate[] = [];
  for (let row = 0; row < labels.length; row++)
    if (labels[row] === label && (mislabelled || drawn[row] === label))
      candidates.push(rate(row, label, probabilities, classes.length));
  const falling = (a: Candidate, b: Candidate): number => b.score - a.score || index[a.row]! - index[b.row]!;
  return {
    correct: candidates.filter(({ correct }) => correct).sort(falling),
    wrong: candidates.filter(({ correct }) => !correct).sort(falling),
  };
}

/** Eq. 5. Where several classes share the greatest probability, the first of them is predicted. */
function rate(row: number, label: number, probabilities: ArrayLike<number>, classes: number): Candidate {
  const start = row * classes;
  const predicted = mostProbable(probabilities, start, classes);
  const probability = probabilities[start + label]!;
  const correct = predicted === label;
  const score = correct ? probability : probabilities[start + predicted]! - probability;
  return { row, score, probability, correct };
}
