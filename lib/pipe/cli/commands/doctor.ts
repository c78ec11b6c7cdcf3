import { availableParallelism, cpus, totalmem } from 'node:os';
import { doctorLines } from '../../report/doctor.ts';
import { bytes, count } from '../../report/quantity.ts';
import { openEngine, openProject } from '../../run/session.ts';
import { configure } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import type { ConfigurationOptions } from '../options.ts';
import { chosenRemote } from '../remote.ts';
import { remoteFinding } from '../remote-finding.ts';

/** `pipe doctor`: what this machine has, which of it tasks would use, and why not the rest. */
export async function doctor(
  context: Context,
  version: string,
  options: ConfigurationOptions & { readonly json?: true },
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const choice = chosenRemote(context, configured.directory, configured.manifest.remote);
  if (!choice.ok) return EXIT.mistake;
  const project = openProject(configured.directory);
  try {
    const [examined, cache] = await Promise.all([
      project.examine(configured.manifest),
      remoteFinding(context, openEngine(configured.directory), choice.remote),
    ]);
    const examination = { ...examined, findings: [...cache, ...examined.findings] };
    const facts: [string, string][] = [
      ['pipe', version],
      ...machineFacts(),
      ['project', project.directory],
      ['cache', project.cache],
    ];
    if (options.json === true)
      context.out(`${JSON.stringify({ facts: Object.fromEntries(facts), ...examination })}\n`);
    else for (const line of doctorLines(facts, examination, context.style)) context.out(`${line}\n`);
    return examination.failure !== null ? EXIT.failed : EXIT.ok;
  } finally {
    await project.close();
  }
}

function machineFacts(): [string, string][] {
  const { version, platform, arch } = process;
  const model = cpus()[0]?.model ?? 'of an unknown kind';
  return [
    ['node', `${version} ${platform} ${arch}`],
    ['processor', `${model}, ${count(availableParallelism(), 'thread')}`],
    ['memory', bytes(totalmem())],
  ];
}
