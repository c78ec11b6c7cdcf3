/**
 * Entropy of a distribution in nats (natural logarithm): −Σ p ln p, from 0 (sure) to ln n (no idea). A
 * probability of exactly 0 adds nothing, the limit of p ln p.
 */
export function entropy(probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!;
    if (p > 0) sum += p * Math.log(p);
  }
  return sum === 0 ? 0 : -sum;
}
