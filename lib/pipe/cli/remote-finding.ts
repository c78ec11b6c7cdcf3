import { randomBytes } from 'node:crypto';
import { troubleText } from '../report/remote.ts';
import type { RemoteSettings } from '../remote/settings.ts';
import type { Engine } from '../run/engine.ts';
import type { Finding } from '../stage/doctor.ts';
import type { Context } from './context.ts';

/** Which remote cache is taken, by what one is let in, and whether it answers when it is asked for what nobody has. */
export async function remoteFinding(
  context: Context,
  { blobs }: Pick<Engine, 'blobs'>,
  settings: RemoteSettings | null,
): Promise<readonly Finding[]> {
  if (settings === null) return [];
  const name = 'remote cache';
  const { from, write, readOnlyFor } = settings;
  const { openRemote } = await import('../remote/open.ts');
  let remote;
  try {
    const { signal } = new AbortController();
    remote = openRemote(settings, { env: context.env, blobs, tell: () => undefined, signal });
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return [
      {
        name,
        state: 'absent',
        text: `${path ?? 'a certificate'}, named by ${from}, cannot be read (${code})`,
      },
    ];
  }
  const { dialect } = remote.store;
  const admission = await dialect.admission();
  const signal = AbortSignal.timeout(settings.timeout * 1000);
  const asked = await remote.store.get(
    'ac',
    randomBytes(32).toString('hex'),
    async () => Promise.resolve(),
    signal,
  );
  remote.close();
  const why = readOnlyFor === null ? '' : ` (${readOnlyFor} says that a pull request is built)`;
  const use = write ? 'read and written' : `only read${why}`;
  const text = `${remote.address} (${from}), ${use}, ${admission}`;
  if (asked.type !== 'failed') return [{ name, state: 'taken', text: `${text}; it answers` }];
  return [{ name, state: 'absent', text: `${text}; it ${troubleText(asked.trouble)}` }];
}
