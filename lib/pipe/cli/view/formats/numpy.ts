import { unzipSync } from 'fflate';
import { readFileSync } from '../../../store/disk.ts';
import type { Content } from '../content.ts';
import { contentArray, type RawArray } from './arrays.ts';
import type { ElementName } from './elements.ts';

/** One array of NumPy, as `numpy.save` writes it. */
export function npyContent(path: string): Content {
  return {
    kind: 'arrays',
    format: 'NumPy array',
    arrays: [contentArray(npyArray('', readFileSync(path)))],
    metadata: [],
  };
}

/** Arrays by name, as `numpy.savez` writes them. */
export function npzContent(path: string): Content {
  const entries = Object.entries(unzipSync(readFileSync(path)));
  const arrays = entries.map(([name, bytes]) => contentArray(npyArray(name.replace(/\.npy$/, ''), bytes)));
  return { kind: 'arrays', format: 'NumPy archive', arrays, metadata: [] };
}

const ELEMENTS: Readonly<Record<string, ElementName>> = {
  ...{ b1: 'bool', i1: 'int8', u1: 'uint8', i2: 'int16', u2: 'uint16', i4: 'int32', u4: 'uint32' },
  ...{ i8: 'int64', u8: 'uint64', f2: 'float16', f4: 'float32', f8: 'float64' },
};

/** The header (NEP 1): a magic word, a version, a length, and a dictionary as Python prints it. */
function npyArray(name: string, bytes: Uint8Array): RawArray {
  if (Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\u0093NUMPY')
    throw new Error(name === '' ? 'it is no NumPy array' : `${name} is no NumPy array`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6]! >= 2;
  const start = long ? 12 : 10;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = Buffer.from(bytes.subarray(start, start + length)).toString('utf8');
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const sides = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (sides === undefined) throw new Error('its header is not that of a NumPy array');
  // Of records the type is a list of names and types, which is shown as it is written.
  const written = type ?? /'descr':\s*(\[.*?\])\s*,\s*'fortran_order'/s.exec(header)?.[1] ?? 'unknown';
  const element = ELEMENTS[written.slice(1)] ?? null;
  const order = /'fortran_order':\s*True/.test(header) ? ', columns first' : '';
  return {
    name,
    element,
    type: `${element ?? written}${written.startsWith('>') ? ', big-endian' : ''}${order}`,
    shape: sides.split(',').flatMap((side) => (side.trim() === '' ? [] : [Number(side)])),
    bytes: bytes.subarray(start + length),
    little: !written.startsWith('>'),
  };
}
