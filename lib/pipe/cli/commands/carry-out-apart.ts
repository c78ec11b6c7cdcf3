import { carryOutElementApart } from '../../sites/carry-out-apart.ts';
import type { Letter } from '../../sites/mail.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { chosenRemote } from '../remote.ts';
import { version } from '../version.ts';

/** What a job runs that shares no files with its driver; it reads a letter. Its machine's own files say how it is let in. */
export async function carryOutApart(context: Context, directory: string, element: number): Promise<number> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk as string;
  const letter = JSON.parse(text) as Letter;
  const choice = chosenRemote(context, directory, letter.remote, {});
  if (!choice.ok) return EXIT.mistake;
  const { remote } = choice;
  if (remote?.write !== true) {
    const named = remote === null ? 'no remote cache' : `${remote.url}, which is only read from`;
    return mistake(
      context,
      `on this machine ${directory} names ${named}`,
      '`write: true` beside its address',
    );
  }
  const tell = (message: string) => {
    context.err(`${message}\n`);
  };
  return await carryOutElementApart(letter, element, {
    ...{ directory, remote, tell, env: context.env, version: version() },
  });
}
