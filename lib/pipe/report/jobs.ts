import type { TaskInJob } from '../sites/jobs-now.ts';
import { count, grouped, progressText } from './quantity.ts';
import { table } from './table.ts';

/** What lies in jobs of sites: how much, and each task that runs or whose job is gone; of what waits, the first few. */
export function jobLines(tasks: readonly TaskInJob[]): string[] {
  if (tasks.length === 0) return [];
  const of = (state: TaskInJob['state']) => tasks.filter((task) => task.state === state);
  const [running, waiting, gone] = [of('running'), of('waiting'), of('gone')];
  const parts = [
    ...(running.length > 0 ? [`${grouped(running.length)} running`] : []),
    ...(waiting.length > 0 ? [`${grouped(waiting.length)} waiting`] : []),
    ...(gone.length > 0 ? [`${grouped(gone.length)} whose job is gone`] : []),
  ];
  const sites = [...new Set(tasks.map(({ site }) => site))].join(', ');
  const shown = [...running, ...gone, ...waiting.slice(0, mostWaiting)];
  const more = waiting.length - mostWaiting;
  return [
    `in jobs of ${sites}: ${parts.join(', ')}`,
    ...table(shown.map(row)).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${count(more, 'more task')} waiting`] : []),
    ...(gone.length > 0 ? ['  `pipe run --on` starts again what has no job'] : []),
  ];
}

const mostWaiting = 10;

function row({ state, task, job, node, engine, progress }: TaskInJob): string[] {
  const far = progress === null ? '' : progressText(progress, ' of ');
  return [state, task, `job ${job}`, node === null || node === '' ? '' : `on ${node}`, far || (engine ?? '')];
}
