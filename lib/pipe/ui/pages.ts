import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageType } from './preview/kinds.ts';
import type { Store } from './store.ts';

/** Where artifacts that are pages are served: an origin of its own, which knows only bytes by digest. */
export interface Stage {
  readonly authority: string;
  readonly token: string;
  /** The host of the page that may show them. */
  readonly parent: string;
}

const TARGET = /^\/([\w-]{32})\/([0-9a-f]{64})(?:\/([\x21-\x7e]+))?$/;

/**
 * A page among the artifacts, or a file beside it. It may run its own scripts and load what lies beside it; it
 * reaches no network, no storage, and not the page that shows it.
 */
export function answerPage(
  store: Store,
  { authority, token, parent }: Stage,
  { method, url = '', rawHeaders }: IncomingMessage,
  response: ServerResponse,
): void {
  const hosts = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === 'host',
  );
  const [, given, hex = '', path] = TARGET.exec(url) ?? [];
  const known = method === 'GET' && hosts.length === 1 && hosts[0] === authority && given === token;
  const name = path === undefined ? 'page.html' : decoded(path);
  const file =
    !known || name === null ? null : path === undefined ? store.find(hex) : store.within(hex, name);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  if (file === null) {
    response.writeHead(404, { 'Content-Security-Policy': "default-src 'none'" }).end();
    return;
  }
  const own = `http://${authority}/${token}/${hex}/`;
  response.setHeader(
    'Content-Security-Policy',
    [
      'sandbox allow-scripts allow-downloads',
      `default-src ${own} data: blob: 'unsafe-inline'`,
      "connect-src 'none'",
      "form-action 'none'",
      "base-uri 'none'",
      `frame-ancestors http://${parent}`,
    ].join('; '),
  );
  response.writeHead(200, { 'Content-Type': pageType(name!), 'Content-Length': statSync(file).size });
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

/** Null for what no path is written as. Only names that a listing has are found, so nothing leads out of it. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
