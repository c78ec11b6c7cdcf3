import { bytes, count } from '../../report/quantity.ts';
import type { Traffic } from '../../remote/remote-cache.ts';
import { openEngine } from '../../run/session.ts';
import { openLock } from '../../store/lock.ts';
import { pushResults, type Pushed } from '../../upkeep/push.ts';
import { configure } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import { interruption } from '../interrupt.ts';
import type { ConfigurationOptions } from '../options.ts';
import { openChosen } from '../remote.ts';
import { chosen } from '../selection.ts';

interface PushOptions extends ConfigurationOptions {
  readonly json?: true;
}

/** `pipe push`: results of this store that the remote cache does not have. Being asked is leave to write. */
export async function push(
  context: Context,
  patterns: readonly string[],
  options: PushOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const named = chosen(context, configured, patterns, patterns.length > 0 ? { only: true } : {});
  if (named === null) return EXIT.mistake;
  const { directory, manifest, graph } = configured;
  const engine = openEngine(directory);
  const interrupted = interruption(context, () => undefined);
  const remote = await openChosen(context, configured, engine, interrupted.signal);
  try {
    if (remote === null) return EXIT.mistake;
    const lock = openLock(directory, manifest.profile);
    const pushed = await pushResults(engine, remote, { graph, lock }, named.selection);
    const { traffic } = remote.cache;
    if (options.json === true) context.out(`${JSON.stringify({ ...pushed, bytes: traffic.bytesUp })}\n`);
    else for (const line of pushedLines(pushed, traffic)) context.out(`${line}\n`);
    return interrupted.status() ?? (pushed.failed > 0 ? EXIT.failed : EXIT.ok);
  } finally {
    remote?.close();
    interrupted.dispose();
  }
}

function pushedLines({ given, there, foreign, absent, failed }: Pushed, { bytesUp }: Traffic): string[] {
  return [
    `gave ${count(given, 'result')} (${bytes(bytesUp)}), ${there} there already`,
    ...(foreign > 0
      ? [`${count(foreign, 'result')} came from a remote cache themselves, and are not vouched for here`]
      : []),
    ...(absent > 0 ? [`${count(absent, 'result')} the store does not have`] : []),
    ...(failed > 0 ? [`${count(failed, 'result')} could not be given`] : []),
  ];
}
