/** The generator of `fixtures/references.py`: Park and Miller's, exact in float64, so that both draw alike. */
export function parkMiller(seed: number): (count: number) => Float64Array {
  let state = seed;
  const uniform = (): number => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  // Sums of twelve uniform draws: near enough to normal, and without a logarithm that could differ.
  const normal = (): number => {
    let total = 0;
    for (let i = 0; i < 12; i++) total += uniform();
    return total - 6;
  };
  return (count) => Float64Array.from({ length: count }, normal);
}
