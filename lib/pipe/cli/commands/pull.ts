import { configure } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import type { ConfigurationOptions } from '../options.ts';
import { chosenRemote } from '../remote.ts';
import { chosen } from '../selection.ts';
import { LOCAL_FILE } from '../user-files.ts';
import { buildHere, restoreFrom } from './restore.ts';

interface PullOptions extends ConfigurationOptions {
  readonly json?: true;
}

/** `pipe pull`: outputs that the lock names, in place, whether a task reads them or not. */
export async function pull(
  context: Context,
  patterns: readonly string[],
  options: PullOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const named = chosen(context, configured, patterns, patterns.length > 0 ? { only: true } : {});
  const build = named === null ? null : buildHere(context, options);
  if (named === null || build === null) return EXIT.mistake;
  const choice = chosenRemote(context, configured.directory, configured.manifest.remote);
  if (!choice.ok) return EXIT.mistake;
  const { remote } = choice;
  if (remote === null) {
    const hint = `\`remote: https://…\` in ${LOCAL_FILE}, or PIPE_REMOTE_CACHE=https://…`;
    return mistake(context, 'no remote cache is named', hint);
  }
  const { selection } = named;
  return await restoreFrom(context, configured.directory, build, { remote, selection, json: options.json });
}
