import { count } from '../../report/quantity.ts';
import { openEngine } from '../../run/session.ts';
import { openLock } from '../../store/lock.ts';
import { sampleRemote, type Sampled } from '../../upkeep/remote-sample.ts';
import { restoreOutputs } from '../../upkeep/restore.ts';
import { configure, type Configured } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import { interruption } from '../interrupt.ts';
import { openChosen } from '../remote.ts';
import { rerun, type RerunCommandOptions } from './rerun.ts';

/** `pipe verify --remote 1%`: a sample of what the remote cache has, read to the last byte and computed again. */
export async function verifyRemote(
  context: Context,
  share: number,
  options: RerunCommandOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const sampled = await sample(context, configured, share);
  if (typeof sampled === 'number') return sampled;
  const there = sampled.filter(({ type }) => type !== 'not-there');
  for (const each of sampled) {
    if (options.json === true) context.out(`${JSON.stringify({ ...each, task: each.task.id })}\n`);
    else if (each.type !== 'sound') context.out(`${sampledText(each)}\n`);
  }
  if (options.json !== true)
    context.out(`${count(there.length, 'result')} of the remote cache read; computing them again\n`);
  if (there.length === 0) return EXIT.ok;
  const wrong = there.some(({ type }) => type !== 'sound');
  const status = await rerun(
    context,
    there.map(({ task }) => task.id),
    options,
  );
  return status === EXIT.ok && wrong ? EXIT.failed : status;
}

/** With what is needed to compute it again brought here; the exit status where that cannot be. */
async function sample(
  context: Context,
  configured: Configured,
  share: number,
): Promise<readonly Sampled[] | number> {
  const { directory, manifest, graph } = configured;
  const engine = openEngine(directory);
  const interrupted = interruption(context, () => undefined);
  const remote = await openChosen(context, configured, engine, interrupted.signal);
  try {
    if (remote === null) return EXIT.mistake;
    const lock = openLock(directory, manifest.profile);
    const sampled = await sampleRemote(remote, { graph, lock }, share);
    const there = sampled.filter(({ type }) => type !== 'not-there').map(({ task }) => task);
    const selection = new Set(there.flatMap(({ index, needs }) => [index, ...needs]));
    const waiter = { signal: interrupted.signal, waiting: () => undefined };
    await restoreOutputs(engine, { manifest, graph, lock }, waiter, { remote, selection });
    return interrupted.status() ?? sampled;
  } finally {
    remote?.close();
    interrupted.dispose();
  }
}

function sampledText(sampled: Sampled): string {
  switch (sampled.type) {
    case 'sound':
      return `sound    ${sampled.task.id}`;
    case 'not-there':
      return `absent   ${sampled.task.id}: the remote cache has no entry of it, or none of these outputs`;
    case 'other-outputs':
      return `differs  ${sampled.task.id}: the entry of the remote cache names other outputs than the lock`;
    case 'bad-blobs':
      return `damaged  ${sampled.task.id}: ${sampled.digests.join(', ')}`;
  }
}
