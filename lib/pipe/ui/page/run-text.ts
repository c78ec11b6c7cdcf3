import { count, duration } from '../../report/quantity.ts';
import type { RunView } from '../protocol.ts';

/** How a run ended, or that it goes on. */
export function runText({ head, end }: RunView, going: boolean): string {
  if (head === null) return going ? 'starting' : 'did not start';
  if (end === null) return going ? `${count(head.tasks, 'task')} selected` : 'did not end';
  const { ran, restored, fresh, failed, skipped, stopped, ms } = end;
  const counts = Object.entries({ ran, restored, 'up to date': fresh, failed, skipped });
  const parts = counts.filter(([, n]) => n > 0).map(([word, n]) => `${n} ${word}`);
  return `${[...(stopped ? ['stopped'] : []), ...parts].join(', ')} in ${duration(ms)}`;
}

/** On the clock of whoever reads it. */
export function whenText(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
