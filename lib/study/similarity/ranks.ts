/** Ranks from 1 upwards; equal values share the average of the ranks they cover. */
export function averageRanks(values: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort();
  const rankFrom = sharedRanks(sorted);
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) ranks[i] = rankFrom[firstNotBelow(sorted, values[i]!)]!;
  return ranks;
}

/** At the first place of each run of equal sorted values, the rank they share. */
function sharedRanks(sorted: Float64Array): Float64Array {
  const ranks = new Float64Array(sorted.length);
  for (let start = 0, end; start < sorted.length; start = end) {
    end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    ranks[start] = (start + 1 + end) / 2;
  }
  return ranks;
}

/** Index of the first element ≥ value. */
function firstNotBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
