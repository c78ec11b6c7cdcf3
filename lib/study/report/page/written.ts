import { decimal } from '../../decimal.ts';
import type { RunData, Value } from './data.ts';

export function rounded(value: Value, digits = 2): string {
  return value === null ? 'not defined' : decimal(value, digits);
}

export function runLabel({ setting, variant, seed }: RunData, several: boolean): string {
  return [...(several ? [setting] : []), variant.label, `seed ${seed}`]
    .filter((part) => part !== '')
    .join(', ');
}

/** How far an epoch lies from early stopping, in words. */
export function fromStop(epoch: number, stop: number): string {
  if (epoch === stop) return 'early stopping';
  const away = Math.abs(epoch - stop);
  return `${away} ${epoch > stop ? 'after' : 'before'} early stopping`;
}

const groupWords: Readonly<Record<string, string>> = {
  A: 'clearly right',
  B: 'clearly wrong',
  C: 'could go either way',
};

export function groupWord(group: string): string {
  return groupWords[group] ?? '';
}
