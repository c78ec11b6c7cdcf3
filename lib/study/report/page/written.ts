import { decimal } from '../../decimal.ts';
import type { StudyData, Value } from './data.ts';

export function rounded(value: Value, digits = 2): string {
  return value === null ? 'not defined' : decimal(value, digits);
}

/** `1 seed`, `3 seeds`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What a run is called: what it was made on, where that differs in the study, its variant and its seed. */
export function runLabel({ runs }: StudyData, at: number): string {
  const { setting, variant, seed } = runs[at]!;
  const several = runs.some((run) => run.setting !== runs[0]!.setting);
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
