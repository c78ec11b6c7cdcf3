const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Bytes of `2GB`, `1.5 GiB`, `800000`; null for what is no size. */
export function bytesOf(text: string): number | null {
  return quantityOf(text, UNITS);
}

const TIMES: Readonly<Record<string, number>> = {
  '': 1,
  s: 1,
  min: 60,
  m: 60,
  h: 3600,
  d: 86_400,
};

/** Seconds of `90 s`, `30 min`, `2h`, `1d`; null for what is no time. */
export function secondsOf(text: string): number | null {
  return quantityOf(text, TIMES);
}

/** A number with a unit, in the unit that counts as 1; null for anything else. */
export function quantityOf(text: string, units: Readonly<Record<string, number>>): number | null {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*|%)$/i.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  return number === '' || factor === undefined ? null : Math.round(Number(number) * factor);
}
