import type { TensorMap } from '../../compute/program.ts';
import { initialWeights } from '../model/initial.ts';
import type { WeightSpec } from '../model/model.ts';

/** `cascading`: from the output down to a part. `independent`: that part alone. */
export type Randomisation = 'cascading' | 'independent';

export interface RandomisedNet {
  readonly randomisation: Randomisation;
  /** The part reached: `linear`, `group3.block1`, … `stem`. */
  readonly part: string;
  /** Parts from the output down to it, from 1. */
  readonly depth: number;
  readonly weights: TensorMap;
}

/**
 * A net with some of its weights as they were before training: each part from the output downwards, alone and
 * with all parts above it (Adebayo et al. 2018, *Sanity checks for saliency maps*, §3). A part is a residual
 * block or a convolution with its batch norm, running averages included: an untrained part has none. A map
 * that does not change with them does not look at what the net has learned.
 */
export function* randomisedNets(
  specs: readonly WeightSpec[],
  weights: TensorMap,
  seed: number,
): Generator<RandomisedNet> {
  const untrained = initialWeights(specs, seed);
  const parts = netParts(specs);
  for (const [above, part] of parts.entries()) {
    const reached = new Set(parts.slice(0, above + 1));
    const replaced = (isRandom: (part: string) => boolean): TensorMap =>
      Object.fromEntries(
        specs.map(({ name }) => [name, (isRandom(partOf(name)) ? untrained : weights)[name]!]),
      );
    const depth = above + 1;
    const cascading = replaced((other) => reached.has(other));
    yield { randomisation: 'cascading', part, depth, weights: cascading };
    yield { randomisation: 'independent', part, depth, weights: replaced((other) => other === part) };
  }
}

/** From the output down to the input. */
export function netParts(specs: readonly WeightSpec[]): readonly string[] {
  return [...new Set(specs.map(({ name }) => partOf(name)))].reverse();
}

/** `group2.block1.conv1.filter` → `group2.block1`, PyTorch's `layer2.0.conv1.weight` → `layer2.0`; `stem.scale` → `stem`. */
function partOf(weight: string): string {
  const [first, second] = weight.split('.') as [string, string];
  return first.startsWith('group') || /^\d+$/.test(second) ? `${first}.${second}` : first;
}
