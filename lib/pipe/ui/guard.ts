import { timingSafeEqual } from 'node:crypto';

/** What of a request decides whether it is answered. */
export interface Asked {
  readonly method: string;
  /** As it stands in the request. */
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

export interface Fort {
  /** `127.0.0.1:port`, the only host that it answers as. */
  readonly authority: string;
  /** 24 bytes in base64url: the first part of every path. */
  readonly token: string;
}

export type Admission =
  /** `path` is what follows the token, without a slash in front. */
  | { readonly ok: true; readonly path: string; readonly query: URLSearchParams }
  | { readonly ok: false; readonly status: number; readonly why: string };

/** Letters that stand for themselves, so that no path is written in two ways. */
const TARGET = /^\/([A-Za-z0-9_-]{1,64})\/([a-z0-9]*)(?:\?([\x21-\x7e]*))?$/;

/** Whether a request is answered at all. Whatever is odd about it is refused. */
export function admit({ method, target, rawHeaders }: Asked, { authority, token }: Fort): Admission {
  const values = (name: string): string[] =>
    rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name);
  const refuse = (status: number, why: string): Admission => ({ ok: false, status, why });

  const hosts = values('host');
  // Another name that leads here is somebody else's: they would read what this server says as theirs.
  if (hosts.length !== 1 || hosts[0] !== authority) return refuse(421, 'asked for another host');
  if (method !== 'GET' && method !== 'POST') return refuse(405, 'only GET and POST are answered');
  const origins = values('origin');
  const own = `http://${authority}`;
  if (origins.length > 1 || origins.some((origin) => origin !== own))
    return refuse(403, 'asked by another page');
  if (method === 'POST' && origins.length === 0) return refuse(403, 'only the page itself may ask for that');
  const sites = values('sec-fetch-site');
  // `none` is an address typed or opened by hand, which posts nothing.
  const allowed = method === 'POST' ? ['same-origin'] : ['same-origin', 'none'];
  if (sites.length > 1 || sites.some((site) => !allowed.includes(site)))
    return refuse(403, 'asked by another page');
  const [whole, given = '', path = '', query = ''] = TARGET.exec(target) ?? [];
  if (whole === undefined || !sameText(given, token)) return refuse(404, 'no such address');
  return { ok: true, path, query: new URLSearchParams(query) };
}

/** In a time that does not tell how much of it was right. */
function sameText(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
