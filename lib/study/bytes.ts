import { z } from 'zod';

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

/** A number of bytes, or a size with a unit, as `resources.memory` in `pipeline.yaml` takes it; gives bytes. */
export const byteSize = z.union([z.number().positive(), z.string()]).transform((size, context) => {
  if (typeof size === 'number') return size;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(size.trim()) ?? [];
  const factor = Object.hasOwn(UNITS, unit.toLowerCase()) ? UNITS[unit.toLowerCase()]! : 0;
  const bytes = Math.round(Number(number) * factor);
  if (bytes > 0) return bytes;
  context.addIssue(
    `\`${size}\` is no size: write a number of bytes, or one with a unit, such as 500 MB, 2 GB or 1.5 GiB`,
  );
  return z.NEVER;
});
