import type { Task } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import type { TaskListener } from '../execute/executor.ts';
import type { Survey } from './survey.ts';

interface Telling {
  readonly survey: Survey;
  readonly listener: TaskListener;
  /** What was told in this run. */
  readonly told: Set<string>;
}

/** What of the stage's code could not be followed: once for each stage, when its first task runs. */
export function tellOfCode({ stage }: Task, { survey, listener, told }: Telling): void {
  for (const warning of survey.bundles.get(stage.name)?.warnings ?? []) {
    const key = `${stage.name} code ${warning}`;
    if (told.has(key)) continue;
    told.add(key);
    listener.warning(`the code of ${stage.name} is not followed whole: ${warning}`);
  }
}

/**
 * A command reads its code when it likes: of a source that was edited meanwhile it is not known which text ran. A
 * module was loaded as it was digested.
 */
export function codeEdited({ stage }: Task, { bundles, digests }: Survey): Failure | null {
  const code = stage.work.kind === 'cmd' ? bundles.get(stage.name) : undefined;
  for (const path of code?.files ?? []) {
    const before = digests.digest(path);
    digests.forget(path);
    if (digests.digest(path) === before) continue;
    const message = `${path} was edited while the command ran: which text ran is not known; run again`;
    return { type: 'failed', log: null, reason: 'threw', message, stack: '' };
  }
  return null;
}
