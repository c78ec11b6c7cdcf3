import { mostProbable } from '../attribution/predict.ts';

/** What a net says of an image, as eq. 5 sees it. */
export interface Rating {
  /** p_c where the class was predicted, max p − p_c where it was not. */
  readonly score: number;
  /** p_c, the softmax probability of the labelled class. */
  readonly probability: number;
  /** Whether the class was predicted: list A or list B. */
  readonly correct: boolean;
}

export interface Classified {
  /** Of the image in a row. */
  readonly rating: (row: number) => Rating;
  readonly labels: ArrayLike<number>;
  /** What the images are, where label noise may have given them another label. */
  readonly drawn: ArrayLike<number>;
  /** Each image's number in its source; images of equal score are taken in its order. */
  readonly index: ArrayLike<number>;
  /** Names, by class number. */
  readonly classes: readonly string[];
}

/** An image in one of the lists. */
export interface Candidate extends Rating {
  /** Row among the images that were classified. */
  readonly row: number;
}

/**
 * Lists A (correct) and B (wrong) of one class, by falling score; equal scores by index. `mislabelled`: with images
 * whose label is not what was drawn.
 */
export function listsOfClass(
  { rating, labels, drawn, index }: Classified,
  label: number,
  mislabelled: boolean,
): { readonly correct: readonly Candidate[]; readonly wrong: readonly Candidate[] } {
  const candidates: Candidate[] = [];
  for (let row = 0; row < labels.length; row++)
    if (labels[row] === label && (mislabelled || drawn[row] === label))
      candidates.push({ row, ...rating(row) });
  const falling = (a: Candidate, b: Candidate): number => b.score - a.score || index[a.row]! - index[b.row]!;
  return {
    correct: candidates.filter(({ correct }) => correct).sort(falling),
    wrong: candidates.filter(({ correct }) => !correct).sort(falling),
  };
}

/**
 * From softmax probabilities, `[count, classes]`. Where several classes share the greatest probability, the first of
 * them is predicted.
 */
export function byProbabilities(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Classified['rating'] {
  return (row) => {
    const start = row * classes;
    const predicted = mostProbable(probabilities, start, classes);
    const probability = probabilities[start + labels[row]!]!;
    const correct = predicted === labels[row];
    const score = correct ? probability : probabilities[start + predicted]! - probability;
    return { score, probability, correct };
  };
}

/** From p_c and the margin of logits, of which the greatest probability follows: max p = p_c / exp(margin). */
export function byMargin(
  said: {
    readonly probability: ArrayLike<number>;
    readonly margin: ArrayLike<number>;
    readonly predicted: ArrayLike<number>;
  },
  labels: ArrayLike<number>,
): Classified['rating'] {
  return (row) => {
    const probability = said.probability[row]!;
    const correct = said.predicted[row] === labels[row];
    // A p_c too small for a float32 leaves nothing to tell max p by; then nearly all of it is elsewhere.
    const greatest = probability > 0 ? Math.min(1, probability * Math.exp(-said.margin[row]!)) : 1;
    return { score: correct ? probability : greatest - probability, probability, correct };
  };
}
