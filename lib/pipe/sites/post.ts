import type { OpenRemote } from '../remote/open.ts';
import type { RemoteSettings } from '../remote/settings.ts';
import type { SiteParts } from '../run/site.ts';
import { batchName, sealed, type Letter } from './mail.ts';
import { MailFolders } from './mail-folders.ts';
import { Mirror } from './mirror.ts';
import { Parcels } from './parcels.ts';
import type { Queue } from './queue.ts';
import type { RealFolders } from './real-folders.ts';

/** The driver's end of the remote cache in which it and its jobs meet, where they share no files. */
export class Post {
  readonly address: string;
  readonly folders: MailFolders;
  readonly mirror: Mirror;
  readonly parcels: Parcels;
  readonly #remote: OpenRemote;
  readonly #settings: RemoteSettings;
  readonly #letters = new Map<string, Letter>();

  constructor(
    remote: OpenRemote,
    settings: RemoteSettings,
    real: RealFolders,
    { engine: { blobs, layout } }: SiteParts,
  ) {
    this.#remote = remote;
    this.#settings = settings;
    this.address = remote.address;
    this.parcels = new Parcels(layout.project, remote.cache, blobs);
    this.mirror = new Mirror({
      mailbox: remote.mailbox,
      folderOf: (batch) => real.path(batch),
      knows: (fingerprint) => remote.cache.knows(fingerprint),
      markRevoked: (batch, element) => void real.revoke(batch, element, Date.now()),
    });
    this.folders = new MailFolders(real, this.mirror);
  }

  /** The same engine, which is given no job before what it is to do lies where it finds it. */
  posted(queue: Queue): Queue {
    return {
      ...queue,
      submit: async (submission) => {
        if (await this.#send(submission.batch)) return await queue.submit(submission);
        return { type: 'later', message: `${this.address} did not take what its jobs are to do` };
      },
    };
  }

  letterOf(batch: string): Letter {
    return this.#letters.get(batch)!;
  }

  close(): void {
    this.mirror.close();
    this.#remote.close();
  }

  async #send(batch: string): Promise<boolean> {
    const key = this.folders.keyOf(batch);
    if (key === null) return false;
    const text = await this.#remote.mailbox.putBlob(sealed(this.folders.textOf(batch), key, batchName(key)));
    if (text === null) return false;
    const { url, region, endpoint, timeout } = this.#settings;
    const remote = { url, write: true, timeout, ...(region && { region }), ...(endpoint && { endpoint }) };
    this.#letters.set(batch, { batch, text, key, remote });
    return true;
  }
}

/** Asks nothing of it yet. */
export async function openPost(settings: RemoteSettings, real: RealFolders, parts: SiteParts): Promise<Post> {
  const { openRemote } = await import('../remote/open.ts');
  const { engine, emit } = parts;
  const remote: OpenRemote = openRemote(settings, {
    ...{ env: engine.environment, blobs: engine.blobs, patient: true },
    // What is under way when a run is told to stop is still to be heard of.
    signal: new AbortController().signal,
    tell: (trouble, doing, stopped) => {
      emit({ type: 'remote-trouble', cache: remote.address, doing, stopped, trouble });
    },
  });
  return new Post(remote, settings, real, parts);
}
