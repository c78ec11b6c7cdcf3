import type { Numbers, TaskListener } from '../execute/executor.ts';
import type { Task } from '../graph/graph.ts';
import type { EventBody } from './event.ts';
import type { TaskLog } from './run-log.ts';

/** What a task says while it runs, as events and in its log. */
export function taskListener(task: Task, log: TaskLog, emit: (event: EventBody) => void): TaskListener {
  return {
    progress: (done, total, unit, said, numbers) => {
      const note = said === '' && numbers !== undefined ? noteOf(numbers) : said;
      emit({ type: 'task-progress', task: task.id, done, total, unit, note, ...(numbers && { numbers }) });
    },
    log: (stream, text) => {
      log.add(text);
      emit({ type: 'task-log', task: task.id, stream, text });
    },
    warning: (message) => {
      log.add(`warning: ${message}`);
      emit({ type: 'task-warning', task: task.id, message });
    },
  };
}

/** `loss 0.412, accuracy 0.87`. */
function noteOf(numbers: Numbers): string {
  const shown = (value: number | null) => (value === null ? 'no number' : Number(value.toPrecision(4)));
  return Object.entries(numbers)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');
}
