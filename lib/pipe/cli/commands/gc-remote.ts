import { bytes, count } from '../../report/quantity.ts';
import { openEngine } from '../../run/session.ts';
import { digestsInLocks } from '../../store/users.ts';
import { sweepRemote, type RemoteSweep } from '../../upkeep/remote-gc.ts';
import { configure } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { interruption } from '../interrupt.ts';
import { openChosen } from '../remote.ts';

export interface GcOptions {
  readonly remote?: true;
  readonly maxSize?: number;
  readonly maxAge?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `pipe gc --remote`: drops what is old of a remote cache that can be listed. */
export async function gcRemote(context: Context, options: GcOptions): Promise<number> {
  const { maxSize = null, maxAge = null, dryRun } = options;
  if (maxSize === null && maxAge === null) {
    const hint = 'what others need cannot be seen from here: `pipe gc --remote --max-age 90d`';
    return mistake(context, '--remote needs --max-age or --max-size', hint);
  }
  const configured = configure(context, { set: [] });
  if (configured === null) return EXIT.mistake;
  const engine = openEngine(configured.directory);
  const interrupted = interruption(context, () => undefined);
  const remote = await openChosen(context, configured, engine, interrupted.signal);
  try {
    if (remote === null) return EXIT.mistake;
    const swept = await sweepRemote(remote, {
      needed: digestsInLocks(engine.layout.project).digests,
      maxSize,
      before: maxAge === null ? null : Date.now() - maxAge,
      dryRun: dryRun === true,
    });
    return interrupted.status() ?? conclude(context, remote.address, swept, options);
  } finally {
    remote?.close();
    interrupted.dispose();
  }
}

function conclude(
  context: Context,
  address: string,
  swept: RemoteSweep,
  { dryRun, json }: GcOptions,
): number {
  switch (swept.type) {
    case 'unlisted': {
      const hint = 'it drops by itself what is old, or a job on its machine does: docs/remote-cache.md';
      return mistake(context, `${address} cannot say what it has, and so not be tidied from here`, hint);
    }
    case 'failed':
      context.err(`${address} could not be tidied to the end\n`);
      return EXIT.failed;
    case 'swept': {
      const verb = dryRun === true ? 'would free' : 'freed';
      const { bytes: freed, files, results, left } = swept;
      if (json === true) context.out(`${JSON.stringify({ dryRun: dryRun === true, ...swept })}\n`);
      else
        context.out(
          `${verb} ${bytes(freed)} in ${count(files, 'file')}: ${count(results, 'result')}\n${address} ${dryRun === true ? 'would have' : 'has'} ${bytes(left)}\n`,
        );
      return EXIT.ok;
    }
  }
}
