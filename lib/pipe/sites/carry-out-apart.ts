import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Variables } from '../execute/environment.ts';
import type { Mailbox } from '../remote/mailbox.ts';
import type { OpenRemote } from '../remote/open.ts';
import type { RemoteSettings } from '../remote/settings.ts';
import { WorkDirectories } from '../run/work-directory.ts';
import { BlobStore } from '../store/blobs.ts';
import { jobsPath, layoutIn, layoutOf, type Layout } from '../store/layout.ts';
import { bootIdentity, thisProcess } from '../store/process-identity.ts';
import { StatCache } from '../store/stat-cache.ts';
import { carryOutTasks } from './carry-out.ts';
import { batchName, unsealed, type Letter } from './mail.ts';
import { logThere } from './mail-folders.ts';
import { OnNode } from './on-node.ts';
import { Outbox } from './outbox.ts';
import { readBatch, type JobLine } from './protocol.ts';
import { relocated } from './relocated.ts';
import { RemoteOutside } from './remote-outside.ts';

/** Milliseconds for which a cache that is away is asked for what there is to do, and for the last words. */
const patience = 300_000;
const again = 3000;

const elsewhere = 0;
const unknown = 98;

export interface There {
  /** Where the project's packages lie. */
  readonly directory: string;
  readonly remote: RemoteSettings;
  readonly env: Variables;
  readonly version: string;
  readonly tell: (message: string) => void;
}

/**
 * What a job does that shares no files with its driver: it works in a directory that goes with it, which has of the
 * project what was sent, and the packages that are installed here.
 */
export async function carryOutElementApart(letter: Letter, element: number, there: There): Promise<number> {
  const { directory, remote: settings, env, tell } = there;
  const whole = layoutIn(directory, env['PIPE_CACHE_DIR']);
  const blobs = new BlobStore(whole, new StatCache(join(whole.cache, 'jobs', 'no.stat'), bootIdentity()));
  const { signal } = new AbortController();
  const { openRemote } = await import('../remote/open.ts');
  const remote: OpenRemote = openRemote(settings, {
    ...{ env, blobs, signal, patient: true },
    tell: (trouble, doing) => {
      tell(`${remote.address}: ${doing}: ${JSON.stringify(trouble)}`);
    },
  });
  const places = new WorkDirectories({ ...whole, cache: jobsPath(whole) }, thisProcess());
  places.sweep();
  try {
    const { mailbox } = remote;
    const batch = await read(letter, mailbox);
    if (batch === null) {
      tell(`${remote.address} does not give what there is to do`);
      return unknown;
    }
    const { project } = batch.head;
    // A place that this process alone has, and that the next one sweeps if this one is killed.
    const { path } = places.open({ outputs: [] });
    const edit = (text: string) => text.replaceAll(JSON.stringify(path).slice(1, -1), project);
    const outbox = new Outbox(mailbox, letter.key, element, edit);
    const [job, node] = [env['PIPE_JOB'] ?? '', env['PIPE_NODE'] ?? ''];
    const begun = await begin(outbox, { t: 'begun', job, node, at: Date.now() });
    if (begun !== true) {
      await outbox.close(patience);
      return begun === null ? unknown : elsewhere;
    }
    symlinkSync(join(directory, 'node_modules'), join(path, 'node_modules'));
    const layout: Layout = { ...layoutOf(path), cache: whole.cache };
    const head = relocated(batch.head, layout, directory);
    const outside = new RemoteOutside(remote.cache, layout, blobs, { signal, version: there.version });
    const onNode = new OnNode(head.common, env, outside);
    const say = (line: JobLine) => {
      outbox.say(line);
    };
    const status = await carryOutTasks({ ...batch, head }, element, { env, onNode, say });
    await outbox.close(patience);
    if (status === 0) rmSync(logThere(letter.batch, String(element)), { force: true });
    return status;
  } finally {
    remote.close();
    await places.closeAll();
  }
}

async function read({ text, key }: Letter, mailbox: Mailbox): Promise<ReturnType<typeof readBatch>> {
  const sealed = await untilKnown(() => mailbox.getBlob(text));
  const opened = sealed === null ? null : unsealed(sealed, key, batchName(key));
  return opened === null ? null : readBatch(opened);
}

/** Null where it could not be known for so long. */
async function begin(outbox: Outbox, line: JobLine): Promise<boolean | null> {
  return await untilKnown(() => outbox.begin(line));
}

async function untilKnown<T>(ask: () => Promise<T | null>): Promise<T | null> {
  for (const since = Date.now(); ;) {
    const known = await ask();
    if (known !== null || Date.now() - since > patience) return known;
    await sleep(again);
  }
}
