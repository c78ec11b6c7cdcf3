import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADDRESSES, write } from './addresses.ts';
import { newToken } from './kept.ts';
import { admit } from './guard.ts';
import { pageFile, type PageFile } from './page-file.ts';
import { answerPage } from './pages.ts';
import { Site, type SiteOptions } from './site.ts';

export interface Serving {
  readonly address: string;
  readonly ports: readonly [number, number];
  close(): Promise<void>;
}

export type Start =
  | { readonly ok: true; readonly serving: Serving }
  | { readonly ok: false; readonly port: number; readonly code: string };

export interface ServerOptions extends SiteOptions {
  readonly token: string;
  /** Of the page, and of artifacts that are pages; 0 is any that is free. */
  readonly ports: readonly [number, number];
}

/** Longest that a page sends; bytes. */
const LONGEST_BODY = 1_000_000;
const HOST = '127.0.0.1';

/** Serves the page of a project, and on a port of their own the artifacts that are pages. */
export async function serve(options: ServerOptions): Promise<Start> {
  const site = new Site(options);
  const page = pageFile();
  const [main, aside] = [createServer(), createServer()];
  const ports: [number, number] = [0, 0];
  for (const [index, server] of [main, aside].entries()) {
    const wanted = options.ports[index]!;
    const found = await listen(server, wanted);
    if (typeof found === 'string') {
      main.close();
      return { ok: false, port: wanted, code: found };
    }
    ports[index] = found;
  }
  const authority = `${HOST}:${ports[0]}`;
  // Not the token of the page: a script in an artifact can read the address that it lies at.
  const apart = newToken();
  const pages = `http://${HOST}:${ports[1]}/${apart}/`;
  main.on('request', (request, response) => {
    const fort = { authority, token: options.token };
    void answer({ site, page, pages, fort }, request, response);
  });
  aside.on('request', (request, response) => {
    answerPage(
      site.store,
      { authority: `${HOST}:${ports[1]}`, token: apart, parent: authority },
      request,
      response,
    );
  });
  // So that the first who opens the page need not wait for it.
  setImmediate(() => site.pipelines.view({ profile: 'default', set: [], experiment: null }));
  const close = async (): Promise<void> => {
    site.closed = true;
    await site.planner.close();
    for (const server of [main, aside]) server.closeAllConnections();
    await Promise.all([main, aside].map((server) => new Promise((resolve) => server.close(resolve))));
  };
  return { ok: true, serving: { address: `http://${authority}/${options.token}/`, ports, close } };
}

/** The port, or why not. */
function listen(server: Server, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen(port, HOST, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

interface Room {
  readonly site: Site;
  readonly page: PageFile;
  readonly pages: string;
  readonly fort: { readonly authority: string; readonly token: string };
}

async function answer(room: Room, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(GUARDED)) response.setHeader(name, value);
  const { method = '', url: target = '', rawHeaders } = request;
  const { ticket } = room.site;
  if (ticket !== null && method === 'GET') {
    const spent = admit({ method, target, rawHeaders }, { ...room.fort, token: ticket });
    if (spent.ok && spent.path === '') {
      room.site.spendTicket();
      response.writeHead(302, { Location: `/${room.fort.token}/` }).end();
      return;
    }
  }
  const admission = admit({ method, target, rawHeaders }, room.fort);
  if (!admission.ok) {
    refuse(response, admission.status, admission.why);
    return;
  }
  const { path, query } = admission;
  if (path === '' && method === 'GET') {
    response.setHeader('Content-Security-Policy', room.page.policy(new URL(room.pages).origin));
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(room.page.html);
    return;
  }
  const there = ADDRESSES[method as 'GET' | 'POST'];
  const address = Object.hasOwn(there, path) ? there[path] : undefined;
  if (address === undefined) {
    refuse(response, 404, 'no such address');
    return;
  }
  try {
    const body = method === 'POST' ? await bodyOf(request) : null;
    if (body === undefined) {
      refuse(response, 400, 'what was sent is no JSON, or too much of it');
      return;
    }
    const given = await address({ site: room.site, query, body, pages: room.pages });
    if (given.type !== 'stream') {
      write(given, response);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.flushHeaders();
    await given.write(response);
    response.end();
  } catch (error) {
    // A file that went away meanwhile, say; the page shows it, and the next request may do.
    if (response.headersSent) response.destroy();
    else refuse(response, 500, (error as Error).message);
  }
}

/** On everything that is sent, refusals included. */
const GUARDED = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

/** Undefined for what is no JSON, or too much. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') return undefined;
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > LONGEST_BODY) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as unknown;
  } catch {
    return undefined;
  }
}
