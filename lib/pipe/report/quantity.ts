/** `0.04 s`, `3.2 s`, `42 s`, `4 min 12 s`, `2 h 05 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 0.1) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `1 task`, `40 tasks`. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(n)} ${n === 1 ? singular : plural}`;
}

/** Digits in groups of three: `12,000`. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** How far something is: `3/10 epochs`; `3 epochs` where the end is not known, nothing where the count is not either. */
export function progressText(
  { done, total, unit }: Readonly<{ done: number; total: number; unit: string }>,
  of = '/',
): string {
  if (total > 0) return `${done}${of}${total} ${unit}`.trim();
  return done > 0 ? `${done} ${unit}`.trim() : '';
}

/** Decimal units, as disks are sold: `812 B`, `1.3 MB`. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]!}`;
}

/** The first digits of a digest, enough to tell two apart. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 10);
}

/** Whole numbers as they are, others to five digits: `40`, `0.33333`. */
export function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : value.toPrecision(5);
}
