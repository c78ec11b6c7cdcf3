/** Round numbers from below the least to above the most, some `wanted` of them. */
export function ticksOf(low: number, high: number, wanted: number): number[] {
  if (low === high) return [low];
  const raw = (high - low) / Math.max(1, wanted - 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw * 0.999)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** As few digits as tell two ticks apart. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential().replace('e+', 'e');
  return String(Number(value.toPrecision(6)));
}
