import type { GcResult } from '../upkeep/gc.ts';
import { bytes, count, duration } from './quantity.ts';

/** What was freed, or would be; the logs of runs included. */
export interface Freed {
  readonly dryRun: boolean;
  readonly swept: Extract<GcResult, { type: 'swept' }>;
  readonly logs: { readonly runs: number; readonly files: number; readonly bytes: number };
  readonly maxSize: number | null;
}

export function gcLines({ dryRun, swept, logs, maxSize }: Freed): string[] {
  const { code } = swept;
  const files = swept.files + code.files + logs.files;
  const parts = [
    ...(swept.actions > 0 ? [`${count(swept.actions, 'result')} that no lock needs`] : []),
    ...(code.bundles > 0 ? [`${count(code.bundles, 'bundle')} of earlier code`] : []),
    ...(logs.runs > 0 ? [count(logs.runs, 'run log')] : []),
  ];
  const what = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  const lines = [
    files === 0
      ? 'nothing to free'
      : `${dryRun ? 'would free' : 'freed'} ${bytes(swept.bytes + code.bytes + logs.bytes)} in ${count(files, 'file')}${what}`,
  ];
  if (swept.actions > 0) lines.push(`to make them again would take ${duration(swept.ms)}`);
  const earlier = swept.left - swept.needed;
  lines.push(
    `the store ${dryRun ? 'would have' : 'has'} ${bytes(swept.left)}: ${bytes(swept.needed)} that ${count(swept.locks, 'lock')} ${swept.locks === 1 ? 'needs' : 'need'}${earlier > 0 ? `, ${bytes(earlier)} of earlier results` : ''}`,
  );
  if (maxSize !== null && swept.left > maxSize) {
    lines.push(`note: that is more than ${bytes(maxSize)}, and what a lock needs is never dropped`);
  }
  for (const project of swept.busy) {
    lines.push(`note: a run goes on in ${project}; what it has used is kept`);
  }
  return lines;
}
