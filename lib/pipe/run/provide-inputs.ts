import type { Task } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import type { Surroundings } from './execution.ts';
import { madeInputs } from './input-marks.ts';

/**
 * Makes sure that the bytes of other tasks' outputs are where the task will read them: for a module intact
 * in the store, for a command in `artifacts/` too. What is in one of the two is copied to the other.
 */
export async function provideInputs(task: Task, { engine, survey }: Surroundings): Promise<Failure | null> {
  const { artifacts } = survey;
  for (const { name, output, digest, file } of madeInputs(task, survey)) {
    const stored = () => engine.blobs.holds(output, digest);
    const inPlace = () => artifacts.holds(output, digest);
    const command = task.stage.work.kind === 'cmd';
    if (command) survey.digests.moved(artifacts.mark(output));
    if (command && !output.directory && inPlace()) continue;
    if (!stored() && !artifacts.mend(output, digest)) {
      const missing = {
        input: name,
        path: output.path,
        ...(output.temp === true && { temp: true as const }),
      };
      return { type: 'failed', log: null, reason: 'input-missing', ...missing };
    }
    if (command && !inPlace()) await artifacts.placeOne(output, digest);
    if (file !== null && survey.facts.member(output, digest, file) === null)
      return {
        type: 'failed',
        log: null,
        reason: 'input-missing',
        input: name,
        path: `${output.path}/${file}`,
      };
  }
  return null;
}
