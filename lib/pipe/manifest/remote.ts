import type { Path } from './diagnostic.ts';
import type { Report } from './reference.ts';
import { ADDRESS, type RemoteDeclaration, type RemoteKeys } from './remote-grammar.ts';

/** Checks what the grammar cannot; `committed`: others read the file. */
export function readRemote(
  raw: string | RemoteKeys,
  path: Path,
  committed: boolean,
  report: Report,
): RemoteDeclaration {
  const declared = (typeof raw === 'string' ? { url: raw } : raw) as RemoteDeclaration;
  const at = (key: string): Path => (typeof raw === 'string' ? path : [...path, key]);
  const s3 = declared.url?.startsWith('s3:') === true;
  if (declared.url !== undefined) checkUrl(declared.url, at('url'), committed, report);
  for (const name of ['region', 'endpoint'] as const) {
    if (declared[name] === undefined || declared.url === undefined || s3) continue;
    report({
      path: at(name),
      part: 'key',
      message: `\`${name}\` is for addresses that begin with \`s3://\``,
    });
  }
  if (declared.endpoint !== undefined && !isHttp(declared.endpoint))
    report({ path: at('endpoint'), message: 'expected an address such as https://minio.example.org:9000' });
  if (declared.key !== undefined && declared.certificate === undefined)
    report({ path: at('key'), part: 'key', message: '`key` goes with `certificate`, which is missing' });
  const { user, password, token } = declared;
  if ((user === undefined) !== (password === undefined))
    report({
      path: at(user === undefined ? 'password' : 'user'),
      part: 'key',
      message: '`user` and `password` go together',
    });
  if (user !== undefined && token !== undefined)
    report({
      path: at('token'),
      part: 'key',
      message: '`token` and `user` are two ways to be let in; give one',
    });
  return declared;
}

function checkUrl(text: string, path: Path, committed: boolean, report: Report): void {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (parsed === null || !['http:', 'https:', 's3:'].includes(parsed.protocol) || parsed.hostname === '') {
    report({ path, message: 'this is no address of a remote cache', hint: `expected ${ADDRESS}` });
  } else if (parsed.search !== '' || parsed.hash !== '') {
    report({
      path,
      message: 'an address of a remote cache ends with its path',
      hint: 'leave out `?` and `#`',
    });
  } else if (committed && (parsed.username !== '' || parsed.password !== '')) {
    const hint = 'put it into ~/.netrc, into pipe.local.yaml, or into PIPE_REMOTE_CACHE';
    report({ path, message: 'a password in this file is one that all its readers have', hint });
  }
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** What is wrong with an address that stands in no file; null where nothing is. */
export function addressMistake(text: string): string | null {
  let mistake: string | null = null;
  checkUrl(text, [], false, ({ message, hint }) => {
    mistake = hint === undefined ? message : `${message}: ${hint}`;
  });
  return mistake;
}
