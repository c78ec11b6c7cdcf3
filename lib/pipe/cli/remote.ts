import { addressMistake } from '../manifest/remote.ts';
import type { RemoteDeclaration } from '../manifest/remote-grammar.ts';
import { OFF, resolveRemote, variableLayer, type Layer } from '../remote/resolve.ts';
import type { RemoteSettings } from '../remote/settings.ts';
import { MANIFEST_FILE } from '../store/layout.ts';
import { remoteTroubleText } from '../report/remote.ts';
import type { OpenRemote } from '../remote/open.ts';
import type { TellTrouble } from '../remote/trouble.ts';
import type { Engine } from '../run/engine.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Configured } from './configuration.ts';
import { mistake, type Context } from './context.ts';
import { LOCAL_FILE, userFiles } from './user-files.ts';

export interface RemoteOptions {
  /** False by `--no-remote`. */
  readonly remote?: boolean;
  readonly remoteWrite?: true;
}

export type RemoteChoice =
  | { readonly ok: true; readonly remote: RemoteSettings | null }
  /** What is wrong with it was printed. */
  | { readonly ok: false };

/** The remote cache that `pipeline.yaml`, the user's own files, variables and options name together. */
export function chosenRemote(
  context: Context,
  directory: string,
  declared: RemoteDeclaration | null,
  { remote: allowed, remoteWrite }: RemoteOptions = {},
): RemoteChoice {
  if (allowed === false) return { ok: true, remote: null };
  const layers: Layer[] = [];
  if (declared !== null) layers.push({ declared, from: MANIFEST_FILE, directory, committed: true });
  const files = userFiles(context, directory);
  if (files === null) return { ok: false };
  for (const { remote, from, directory: place } of files)
    if (remote !== null) layers.push({ declared: remote, from, directory: place, committed: false });
  const variables = variableLayer(context.env, directory);
  const { url } = variables.declared;
  const wrong = url === undefined || url === OFF ? null : addressMistake(url);
  if (wrong !== null) {
    mistake(context, `PIPE_REMOTE_CACHE: ${wrong}`, '`PIPE_REMOTE_CACHE=off` is none');
    return { ok: false };
  }
  layers.push(variables);
  return { ok: true, remote: resolveRemote(layers, context.env, { write: remoteWrite === true }) };
}

/** The same for a command that cannot do without one, opened; null after saying why there is none. */
export async function openChosen(
  context: Context,
  { directory, manifest }: Pick<Configured, 'directory' | 'manifest'>,
  { blobs }: Engine,
  signal: AbortSignal,
): Promise<OpenRemote | null> {
  const choice = chosenRemote(context, directory, manifest.remote);
  if (!choice.ok) return null;
  if (choice.remote === null) {
    mistake(
      context,
      'no remote cache is named',
      `\`remote: https://…\` in ${LOCAL_FILE}, or PIPE_REMOTE_CACHE=https://…`,
    );
    return null;
  }
  return await opened(context, choice.remote, blobs, signal);
}

/** One whose troubles are printed. */
export async function opened(
  context: Context,
  settings: RemoteSettings,
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<OpenRemote | null> {
  const { openRemote } = await import('../remote/open.ts');
  const tell: TellTrouble = (trouble, doing, stopped) => {
    const said = remoteTroubleText({ cache: remote?.address ?? settings.url, doing, stopped, trouble });
    context.err(`${context.errStyle.colors.yellow('warning')}: ${said}\n`);
  };
  let remote: OpenRemote | null = null;
  try {
    remote = openRemote(settings, { env: context.env, blobs, tell, signal });
    return remote;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    mistake(context, `${path ?? 'a certificate'}, which ${settings.from} names, cannot be read (${code})`);
    return null;
  }
}
