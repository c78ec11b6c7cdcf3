import { progressLine } from '../../report/progress-line.ts';
import { bytes, grouped } from '../../report/quantity.ts';
import { verifyLines } from '../../report/verify.ts';
import { openEngine } from '../../run/session.ts';
import { verifyStore } from '../../upkeep/verify.ts';
import { buildsOf } from '../../upkeep/builds.ts';
import { builtBy } from '../built.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import type { RerunCommandOptions } from './rerun.ts';

interface VerifyOptions extends RerunCommandOptions {
  readonly rerun?: true;
  readonly run?: string;
  readonly dryRun?: true;
  /** From 0 to 1. */
  readonly remote?: number;
}

/** `pipe verify`: the bytes of the store or, with `--rerun`, whether tasks give them again. */
export async function verify(
  context: Context,
  patterns: readonly string[],
  options: VerifyOptions,
): Promise<number> {
  if (options.remote !== undefined)
    return (await import('./verify-remote.ts')).verifyRemote(context, options.remote, options);
  if (options.rerun === true && options.run !== undefined)
    return mistake(context, '--rerun and --run do not go together', 'what is up to date now is run again');
  if (options.rerun === true) return (await import('./rerun.ts')).rerun(context, patterns, options);
  if (patterns.length > 0) {
    return mistake(
      context,
      'tasks are named with --rerun only; without it, the whole store is checked',
      `pipe verify --rerun '${patterns[0]!}'`,
    );
  }
  const named = options.as !== undefined || options.run !== undefined;
  const built = builtBy(context, options);
  if (built === null) return EXIT.mistake;
  const { lock, configured } = built;
  const { directory } = configured;
  const builds = named ? { locks: [lock], all: () => [{ ...configured, lock }] } : buildsOf(directory);
  const dryRun = options.dryRun === true;
  const line = progressLine(context.out, context.live);
  const found = await verifyStore(openEngine(directory), builds, {
    dryRun,
    only: named,
    progress: (blobs, done, ofBlobs, all) => {
      line.show(
        () => `verifying: ${grouped(blobs)} of ${grouped(ofBlobs)} blobs, ${bytes(done)} of ${bytes(all)}`,
      );
    },
  });
  line.clear();
  if (options.json === true) context.out(`${JSON.stringify({ dryRun, ...found })}\n`);
  else for (const text of verifyLines(found, dryRun, context.style)) context.out(`${text}\n`);
  return found.damage.length + found.entries > 0 ? EXIT.failed : EXIT.ok;
}
