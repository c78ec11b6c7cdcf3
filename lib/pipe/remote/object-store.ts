import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import type { Dialect, Kind, Listed } from './dialect.ts';
import type { Body, HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import { failed, Interrupted, troubleOf, type Failed, type Trouble } from './trouble.ts';

export type Got<T> = { readonly type: 'got'; readonly value: T } | { readonly type: 'missing' } | Failed;

/** Reads a body; `size` is null where the server did not say it. */
export type Reader<T> = (chunks: AsyncIterable<Uint8Array>, size: number | null) => Promise<T>;

/** One exchange at a time with what lies at a remote cache: what the answers of servers mean. */
export class ObjectStore {
  readonly dialect: Dialect;
  readonly #client: HttpClient;

  constructor(dialect: Dialect, client: HttpClient) {
    this.dialect = dialect;
    this.#client = client;
  }

  async get<T>(kind: Kind, hash: string, read: Reader<T>, signal: AbortSignal): Promise<Got<T>> {
    const headers = { 'accept-encoding': this.dialect.compresses && knowsZstd() ? 'zstd' : 'identity' };
    const answer = await this.#send(
      { method: 'GET', url: this.dialect.url(kind, hash), headers },
      '',
      signal,
    );
    if (answer.type === 'failed') return answer;
    if (answer.status !== 200) return await this.#refusal(answer, 0);
    try {
      const { chunks, size } = decoded(answer);
      return { type: 'got', value: await read(chunks, size) };
    } catch (error) {
      // What the disk refuses is for those who know the disk.
      if ((error as NodeJS.ErrnoException).path !== undefined) throw error;
      return failed(troubleOf(error));
    }
  }

  async has(kind: Kind, hash: string, signal: AbortSignal): Promise<Got<true>> {
    const url = this.dialect.url(kind, hash);
    const answer = await this.#send({ method: 'HEAD', url, headers: {} }, '', signal);
    if (answer.type === 'failed') return answer;
    if (answer.status !== 200) return await this.#refusal(answer, 0);
    await answer.drop();
    return { type: 'got', value: true };
  }

  /** What is there already stays, where the server has it so, and counts as stored. */
  async put(kind: Kind, hash: string, body: DigestedBody, signal: AbortSignal): Promise<Got<true>> {
    const url = this.dialect.url(kind, hash);
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await this.#send({ method: 'PUT', url, headers, body }, body.digest, signal);
    if (answer.type === 'failed') return answer;
    const stored = (answer.status >= 200 && answer.status < 300) || [409, 412].includes(answer.status);
    if (!stored) return await this.#refusal(answer, body.size);
    await answer.drop();
    return { type: 'got', value: true };
  }

  /** Null where the server cannot list. */
  get lists(): boolean {
    return this.dialect.upkeep !== null;
  }

  /** One page of what is there; `after` of the next one, or null. */
  async list(
    kind: Kind,
    after: string | null,
    signal: AbortSignal,
  ): Promise<Got<{ readonly files: readonly Listed[]; readonly after: string | null }>> {
    const { upkeep } = this.dialect;
    if (upkeep === null) return { type: 'missing' };
    const answer = await this.#send(upkeep.listing(kind, after), '', signal);
    if (answer.type === 'failed') return answer;
    if (answer.status !== 200) return await this.#refusal(answer, 0);
    try {
      const parts: Uint8Array[] = [];
      for await (const chunk of answer.chunks) parts.push(chunk);
      return { type: 'got', value: upkeep.readListing(Buffer.concat(parts).toString('utf8')) };
    } catch (error) {
      return failed(troubleOf(error));
    }
  }

  async remove(kind: Kind, hash: string, signal: AbortSignal): Promise<Got<true>> {
    const url = this.dialect.url(kind, hash);
    const answer = await this.#send({ method: 'DELETE', url, headers: {} }, '', signal);
    if (answer.type === 'failed') return answer;
    if (answer.status >= 300 && answer.status !== 404) return await this.#refusal(answer, 0);
    await answer.drop();
    return { type: 'got', value: true };
  }

  close(): void {
    this.#client.close();
  }

  async #send(request: HttpRequest, digest: string, signal: AbortSignal): Promise<HttpAnswer | Failed> {
    const headers = await this.dialect.admit(request, digest);
    if (isFailed(headers)) return headers;
    return await this.#client.send({ ...request, headers }, signal);
  }

  async #refusal(answer: HttpAnswer, size: number): Promise<{ readonly type: 'missing' } | Failed> {
    const text = await answer.drop();
    if (answer.status === 404 || answer.status === 410) return { type: 'missing' };
    return failed(refusal(answer, text, size));
  }
}

/** A body and its hexadecimal digest. */
export interface DigestedBody extends Body {
  readonly digest: string;
}

function isFailed(headers: Readonly<Record<string, string>> | Failed): headers is Failed {
  return headers['type'] === 'failed';
}

/** What S3 says of keys that it does not take, with a status that others use for mistakes. */
const keyTroubles =
  /^(?:ExpiredToken|InvalidToken|InvalidAccessKeyId|SignatureDoesNotMatch|AuthorizationHeader)/;

function refusal({ status, headers }: HttpAnswer, text: string, size: number): Trouble {
  const [, code] = /<Code>(\w{1,60})<\/Code>/.exec(text) ?? [];
  const region = headers['x-amz-bucket-region'];
  if (typeof region === 'string' && [301, 307, 400].includes(status))
    return { reason: 'redirected', to: `region ${region}` };
  if (status >= 300 && status < 400) return { reason: 'redirected', to: hostOf(headers.location) };
  if ([401, 403, 407].includes(status) || keyTroubles.test(code ?? ''))
    return { reason: 'denied', status, ...(code !== undefined && { code }) };
  if (status === 413) return { reason: 'too-large', status, size };
  if (status === 507) return { reason: 'full', status };
  return { reason: 'answered', status, ...(code !== undefined && { code }) };
}

/** Of an address that may hold secrets, no more. */
function hostOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : 'another address';
}

interface Decoders {
  readonly createZstdDecompress?: () => NodeJS.ReadWriteStream;
}

/** From Node 22.15 on. */
function knowsZstd(): boolean {
  return (zlib as Decoders).createZstdDecompress !== undefined;
}

function decoded(answer: HttpAnswer): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly size: number | null;
} {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  const length = Number(answer.headers['content-length'] ?? 'NaN');
  if (encoding === 'identity')
    return { chunks: answer.chunks, size: Number.isSafeInteger(length) ? length : null };
  const decoder = encoding === 'gzip' ? zlib.createGunzip() : encoding === 'zstd' ? zstdDecoder() : undefined;
  if (decoder === undefined) throw new Interrupted({ reason: 'answered', status: answer.status });
  const source = Readable.from(answer.chunks);
  source.on('error', (error) => (decoder as zlib.Gunzip).destroy(error));
  return { chunks: source.pipe(decoder) as AsyncIterable<Uint8Array>, size: null };
}

function zstdDecoder(): NodeJS.ReadWriteStream | undefined {
  return (zlib as Decoders).createZstdDecompress?.();
}
