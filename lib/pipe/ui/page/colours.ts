import { STATES, type TaskState } from '../protocol.ts';

/** How a state is drawn: its colour is that of the style `--s-…`, and a mark tells it where colours do not. */
export type Mark = 'full' | 'hollow' | 'dashed' | 'cross' | 'dot' | 'slash';

export const MARKS: Readonly<Record<TaskState, Mark>> = {
  unknown: 'full',
  'up to date': 'full',
  'to restore': 'hollow',
  'may run': 'dashed',
  'to run': 'hollow',
  waiting: 'full',
  running: 'dot',
  ran: 'full',
  restored: 'full',
  failed: 'cross',
  skipped: 'slash',
};

export const WORDS: Readonly<Record<TaskState, string>> = {
  unknown: 'not known',
  'up to date': 'up to date',
  'to restore': 'to restore',
  'may run': 'may run',
  'to run': 'to run',
  waiting: 'waiting',
  running: 'running',
  ran: 'ran',
  restored: 'restored',
  failed: 'failed',
  skipped: 'skipped',
};

export function styleName(state: TaskState): string {
  return `--s-${state.replaceAll(' ', '-')}`;
}

/** By state, as the style sheet has it now. */
export function coloursNow(): string[] {
  const style = getComputedStyle(document.documentElement);
  return [
    ...STATES.map((state) => style.getPropertyValue(styleName(state)).trim()),
    style.getPropertyValue('--paper'),
  ];
}
