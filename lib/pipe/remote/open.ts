import { setMaxListeners } from 'node:events';
import { readFileSync } from '../store/disk.ts';
import type { BlobStore } from '../store/blobs.ts';
import { Courier } from './courier.ts';
import type { Dialect } from './dialect.ts';
import { HttpClient, type Certificates } from './http-client.ts';
import { httpDialect } from './http-dialect.ts';
import { Mailbox } from './mailbox.ts';
import { ObjectStore } from './object-store.ts';
import { RemoteCache } from './remote-cache.ts';
import { s3Dialect } from './s3-dialect.ts';
import type { RemoteSettings, Variables } from './settings.ts';
import type { TellTrouble } from './trouble.ts';

/** A remote cache for as long as one command uses it. */
export interface OpenRemote {
  /** As it may be printed. */
  readonly address: string;
  readonly cache: RemoteCache;
  readonly store: ObjectStore;
  readonly courier: Courier;
  readonly mailbox: Mailbox;
  /** Breaks off what still goes on, and lets go of connections. */
  close(): void;
}

export interface Surroundings {
  readonly env: Variables;
  readonly blobs: BlobStore;
  readonly tell: TellTrouble;
  /** Breaks off every transfer. */
  readonly signal: AbortSignal;
  /** Whether it is asked again however often it failed. */
  readonly patient?: boolean;
}

/** Asks nothing of it yet. */
export function openRemote(
  settings: RemoteSettings,
  { env, blobs, tell, signal, patient = false }: Surroundings,
): OpenRemote {
  const closing = new AbortController();
  const store = storeOf(settings, env);
  const over = AbortSignal.any([signal, closing.signal]);
  // Each transfer waits for it.
  setMaxListeners(0, over);
  const courier = new Courier(over, tell, patient);
  const cache = new RemoteCache(store, courier, blobs, 2 * settings.timeout);
  return {
    address: store.dialect.address,
    cache,
    store,
    courier,
    mailbox: new Mailbox(store, courier),
    close: () => {
      closing.abort();
      store.close();
    },
  };
}

function storeOf(settings: RemoteSettings, env: Variables): ObjectStore {
  const dialect: Dialect = settings.url.startsWith('s3:')
    ? s3Dialect(settings, env)
    : httpDialect(settings, env);
  return new ObjectStore(dialect, new HttpClient(settings.timeout, certificatesOf(settings)));
}

/** Throws what the file system says of a file that cannot be read. */
function certificatesOf({ ca, certificate, key }: RemoteSettings): Certificates {
  const text = (path: string | null) => (path === null ? undefined : readFileSync(path, 'utf8'));
  return { ca: text(ca), cert: text(certificate), key: text(key ?? certificate) };
}
