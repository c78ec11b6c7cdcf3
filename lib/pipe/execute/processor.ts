import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { cpus } from 'node:os';

/** Of `/proc/cpuinfo`, which says the same of every processor, as much as one takes. */
const ENOUGH = 8192;

/**
 * A processor by its name and by what it can do: virtual machines hide instructions of processors that go by one
 * name, and libraries compute otherwise without them. `cpuinfo`: the beginning of `/proc/cpuinfo`, or nothing.
 */
export function processorText(name: string, cpuinfo: string): string {
  const features = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1];
  if (features === undefined) return name;
  return `${name} ${createHash('sha256').update(features).digest('hex').slice(0, 16)}`;
}

let found: string | null = null;

/** Of this machine. */
export function thisProcessor(): string {
  return (found ??= processorText(cpus()[0]?.model ?? '', cpuinfo()));
}

/** Nothing where there is no such file. */
function cpuinfo(): string {
  try {
    const file = openSync('/proc/cpuinfo', 'r');
    try {
      const bytes = Buffer.alloc(ENOUGH);
      return bytes.toString('latin1', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
