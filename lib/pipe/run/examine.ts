import type { Manifest } from '../manifest/manifest.ts';
import { groupBy } from '../group.ts';
import type { Finding } from '../stage/doctor.ts';
import type { Engine } from './engine.ts';
import { taskEnvironment } from '../execute/environment.ts';
import { FileDigests } from '../files/file-digests.ts';
import { loadFailure } from '../code/load-failure.ts';
import type { Examination } from './project.ts';

/** Asks the project's own doctor what it finds on this machine. */
export async function examine(engine: Engine, manifest: Manifest): Promise<Examination> {
  const [pythons, { findings, failure }] = await Promise.all([
    interpreters(engine, manifest),
    examineProject(engine, manifest),
  ]);
  return { findings: [...pythons, ...findings], failure };
}

/** The interpreters that stages with Python code are run by, each with what named it. */
async function interpreters(engine: Engine, { stages }: Manifest): Promise<readonly Finding[]> {
  const digests = new FileDigests(engine.layout.project, engine.files);
  const asked = groupBy(
    stages.filter(({ code }) => code !== null && (code.files.length === 0 || code.entries.length > 0)),
    ({ code }) => code!.calls ?? code!.python,
  );
  const findings = [...asked.values()].map(async (group): Promise<Finding> => {
    const found = await engine.python.examine(group[0]!.code!, digests);
    if (typeof found === 'string') return { name: 'python', state: 'absent', text: found };
    const users = asked.size === 1 ? '' : `; ${group.map(({ name }) => name).join(', ')}`;
    return { name: 'python', state: 'taken', text: `${found.text} (${found.from}${users})` };
  });
  return Promise.all(findings);
}

async function examineProject(engine: Engine, { doctor, params, stages }: Manifest): Promise<Examination> {
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
