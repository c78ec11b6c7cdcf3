import type { Manifest } from '../manifest/manifest.ts';
import type { Engine } from './engine.ts';
import { taskEnvironment } from '../execute/environment.ts';
import { FileDigests } from '../files/file-digests.ts';
import { loadFailure } from '../code/load-failure.ts';
import type { Examination } from './project.ts';

/** Asks the project's own doctor what it finds on this machine. */
export async function examine(engine: Engine, { doctor, params, stages }: Manifest): Promise<Examination> {
  if (doctor === null) return { findings: [], failure: null };
  const code = await engine.code.of(doctor, new FileDigests(engine.layout.project, engine.files));
  if (typeof code === 'string') return { findings: [], failure: code };
  engine.code.save();
  // All that any task would see.
  const env = stages.flatMap((stage) => stage.env);
  const passEnv = stages.flatMap((stage) => stage.passEnv);
  const variables = taskEnvironment(engine.environment, { env, passEnv });
  const request = { bundle: code.bundle, params, env: variables };
  const answer = await engine.workers.examine(request, new AbortController().signal);
  if (answer.type === 'failed') return { findings: [], failure: loadFailure(engine.layout.project, answer) };
  return { findings: answer.findings, failure: null };
}
