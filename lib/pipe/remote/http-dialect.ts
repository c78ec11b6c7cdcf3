import { homedir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import type { Dialect } from './dialect.ts';
import { loginFor, type Login } from './netrc.ts';
import { printable, type RemoteSettings, type Variables } from './settings.ts';

/** The HTTP protocol of Bazel's caches: `<address>/ac/<hash>` and `<address>/cas/<hash>`. */
export function httpDialect(settings: RemoteSettings, env: Variables): Dialect {
  const base = new URL(settings.url);
  const path = base.pathname.replace(/\/+$/, '');
  const { header, said } = admission(settings, base.hostname, env);
  return {
    address: printable(settings.url),
    compresses: true,
    url: (kind, hash) => new URL(`${path}/${kind}/${hash}`, base),
    admit: ({ headers }) =>
      Promise.resolve({ ...headers, ...(header !== null && { authorization: header }) }),
    admission: () => Promise.resolve(said),
    upkeep: null,
  };
}

function admission(
  { token, login, certificate }: RemoteSettings,
  host: string,
  env: Variables,
): { readonly header: string | null; readonly said: string } {
  if (token !== null) return { header: `Bearer ${token}`, said: 'by a token' };
  if (login !== null) return { header: basic(login), said: `as ${login.user}` };
  const file = env['NETRC'] ?? join(env['HOME'] ?? homedir(), '.netrc');
  const known = loginFor(host, textOf(file));
  if (known !== null) return { header: basic(known), said: `as ${known.user}, by ${file}` };
  return { header: null, said: certificate === null ? 'without credentials' : 'by a certificate' };
}

function basic({ user, password }: Login): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
