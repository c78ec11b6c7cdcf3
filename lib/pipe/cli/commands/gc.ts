import { gcLines } from '../../report/gc.ts';
import { collectGarbage } from '../../upkeep/gc.ts';
import { openEngine } from '../../run/session.ts';
import { runsPath } from '../../store/layout.ts';
import { locksIn } from '../../store/lock.ts';
import type { StoreUser } from '../../store/users.ts';
import type { GcOptions } from './gc-remote.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { findProject } from '../locate.ts';
import { freeOldRuns } from '../../upkeep/old-runs.ts';

/** `pipe gc`: frees what no lock needs of the store, and old logs. */
export async function gc(context: Context, options: GcOptions): Promise<number> {
  if (options.remote === true) return await (await import('./gc-remote.ts')).gcRemote(context, options);
  const directory = findProject(context);
  if (directory === null) return EXIT.mistake;
  const { layout, actions } = openEngine(directory);
  const { maxSize = null, maxAge = null } = options;
  const dryRun = options.dryRun === true;
  const swept = collectGarbage(layout, actions, { maxSize, maxAge, dryRun });
  if (swept.type === 'unseen') return refuse(context, layout.cache, swept.users);
  const before = maxAge === null ? null : Date.now() - maxAge;
  const logs = freeOldRuns(runsPath(layout), tasksInLocks(layout.project), { before, dryRun });
  if (options.json === true) context.out(`${JSON.stringify({ dryRun, ...swept, logs })}\n`);
  else for (const line of gcLines({ dryRun, swept, logs, maxSize })) context.out(`${line}\n`);
  return EXIT.ok;
}

function refuse(context: Context, cache: string, users: readonly StoreUser[]): number {
  const [first] = users;
  const more = users.length === 1 ? '' : `, and ${users.length - 1} more`;
  return mistake(
    context,
    `what ${first!.project} on ${first!.host} needs of ${cache} cannot be seen from here${more}`,
    `run pipe gc where it can be seen, or pipe run in it where it was moved to; when that project is no more, remove ${users.map(({ file }) => file).join(' ')}`,
  );
}

function tasksInLocks(project: string): Set<string> {
  return new Set(locksIn(project).flatMap(({ lock }) => lock.ids()));
}
