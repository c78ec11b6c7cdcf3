import type { Ranking } from './ranking.ts';

/**
 * Share of the k greatest pixels of one map that are among the k greatest of the other (Ghorbani et al. 2019,
 * §2), from 0 to 1; k is `share` of all pixels, at least one. Independent maps score about `share`. Pixels of
 * equal value are taken in reading order. Null when either map is constant: it has no greatest pixels.
 */
export function topIntersection(a: Ranking, b: Ranking, share: number): number | null {
  if (isConstant(a) || isConstant(b)) return null;
  const k = Math.max(1, Math.round(share * a.values.length));
  const topOfA = greatest(a, k);
  const topOfB = greatest(b, k);
  let common = 0;
  for (let pixel = 0; pixel < topOfA.length; pixel++) common += topOfA[pixel]! & topOfB[pixel]!;
  return common / k;
}

function isConstant({ values, order }: Ranking): boolean {
  return values[order[0]!] === values[order.at(-1)!];
}

/** 1 at the k greatest pixels. */
function greatest({ values, order }: Ranking, k: number): Uint8Array {
  const least = values[order[order.length - k]!]!;
  const top = new Uint8Array(values.length);
  let room = k;
  for (let pixel = 0; pixel < values.length; pixel++)
    if (values[pixel]! > least) {
      top[pixel] = 1;
      room--;
    }
  for (let pixel = 0; room > 0; pixel++)
    if (values[pixel] === least) {
      top[pixel] = 1;
      room--;
    }
  return top;
}
