import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { failed, Interrupted, troubleOf, type Failed } from './trouble.ts';

/** What is sent with a request. Its bytes are asked for when the server wants them. */
export interface Body {
  readonly size: number;
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body;
}

export interface HttpAnswer {
  readonly type: 'answer';
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** To be read to its end, or let go by `drop`. Throws what `troubleOf` knows. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The beginning of an answer that nobody reads further, as text. */
  drop(): Promise<string>;
}

/** PEM texts. */
export interface Certificates {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** From this size on a server is asked whether it wants a body, before it is sent one. */
const worthAsking = 65_536;
/** How long a server that knows nothing of being asked is waited for; milliseconds. */
const askedFor = 1000;
const longestDropped = 16_384;

/**
 * Requests over `node:http`: streams both ways at the same memory, connections that are used again, and no wait
 * longer than `timeout` seconds in which nothing moves. Nothing is followed anywhere else.
 */
export class HttpClient {
  readonly #timeout: number;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;

  constructor(timeout: number, certificates: Certificates = {}) {
    this.#timeout = timeout;
    this.#plain = new http.Agent({ keepAlive: true });
    const { ca, cert, key } = certificates;
    this.#secure = new https.Agent({
      keepAlive: true,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
  }

  send(asked: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | Failed> {
    const { method, url, headers, body } = asked;
    const secure = url.protocol === 'https:';
    const asks = body !== undefined && body.size >= worthAsking;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(failed({ reason: 'cut-off' }));
        return;
      }
      const request = (secure ? https : http).request(url, {
        method,
        agent: secure ? this.#secure : this.#plain,
        headers: {
          ...headers,
          ...(body && { 'content-length': String(body.size) }),
          ...(asks && { expect: '100-continue' }),
        },
      });
      const watch = this.#watchdog(request);
      const abort = (): void => {
        watch.breakOff(new Interrupted({ reason: 'cut-off' }));
      };
      signal.addEventListener('abort', abort, { once: true });
      let answered = false;
      request.on('close', () => {
        watch.end();
        signal.removeEventListener('abort', abort);
      });
      request.on('error', (error) => {
        // After the answer, whoever reads it is told.
        resolve(failed(troubleOf(error)));
      });
      request.on('response', (response) => {
        answered = true;
        watch.feed();
        resolve(answerOf(request, response, watch));
      });
      if (body === undefined) request.end();
      else whenWanted(request, asks, () => void pour(request, body, watch, () => answered));
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #watchdog(request: ClientRequest): Watch {
    const seconds = this.#timeout;
    let why: Interrupted | null = null;
    const breakOff = (reason: Interrupted): void => {
      why ??= reason;
      request.destroy(why);
    };
    const bite = (): void => {
      breakOff(new Interrupted({ reason: 'stalled', seconds }));
    };
    const timer = setTimeout(bite, seconds * 1000);
    return {
      breakOff,
      why: () => why,
      feed: () => void timer.refresh(),
      end: () => {
        clearTimeout(timer);
      },
    };
  }
}

interface Watch {
  readonly breakOff: (reason: Interrupted) => void;
  /** Why it was broken off here; null when it was not. */
  readonly why: () => Interrupted | null;
  readonly feed: () => void;
  readonly end: () => void;
}

/** A server that will refuse says so before the body is on its way; one that is silent gets it. */
function whenWanted(request: ClientRequest, asks: boolean, start: () => void): void {
  if (!asks) {
    start();
    return;
  }
  let started = false;
  const go = (): void => {
    clearTimeout(timer);
    if (started || request.destroyed) return;
    started = true;
    start();
  };
  const timer = setTimeout(go, askedFor);
  request.on('continue', go);
  request.on('response', () => {
    // What it answers now is about the head: nothing is sent.
    if (!started) started = true;
    clearTimeout(timer);
  });
  request.on('close', () => {
    clearTimeout(timer);
  });
}

async function pour(
  request: ClientRequest,
  body: Body,
  watch: Watch,
  answered: () => boolean,
): Promise<void> {
  try {
    for await (const chunk of body.chunks()) {
      // A server that has answered in the middle wants no more of it.
      if (answered() || request.destroyed) return;
      if (!request.write(chunk)) await drained(request);
      watch.feed();
    }
    request.end();
  } catch (error) {
    request.destroy(error as Error);
  }
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      request.off('drain', over).off('close', over).off('response', over);
      resolve();
    };
    request.on('drain', over).on('close', over).on('response', over);
  });
}

function answerOf(request: ClientRequest, response: IncomingMessage, watch: Watch): HttpAnswer {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response as AsyncIterable<Uint8Array>) {
        watch.feed();
        yield chunk;
      }
    } catch (error) {
      // To whoever reads an answer, Node says of both ends alike that the other has gone.
      throw watch.why() ?? error;
    } finally {
      // A body that nobody wants to the end, or whose sending was broken off, takes the connection with it.
      if (!response.complete || !request.writableFinished) request.destroy();
    }
  }
  return {
    type: 'answer',
    status: response.statusCode ?? 0,
    headers: response.headers,
    chunks: chunks(),
    drop: async () => {
      const parts: Uint8Array[] = [];
      let length = 0;
      try {
        for await (const chunk of chunks()) {
          parts.push(chunk);
          length += chunk.length;
          if (length > longestDropped) break;
        }
      } catch {
        // It was of no interest.
      }
      return Buffer.concat(parts).toString('latin1');
    },
  };
}
