import type { HttpRequest } from './http-client.ts';
import type { Failed } from './trouble.ts';

/** What lies at a remote cache: entries of actions, and blobs. */
export type Kind = 'ac' | 'cas';

/** A file there. */
export interface Listed {
  readonly hash: string;
  readonly size: number;
  /** When it was written; milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** How one sort of server is spoken to, all of it over HTTP. */
export interface Dialect {
  /** The address as it may be printed. */
  readonly address: string;
  /** Whether it may be asked for compressed bytes. */
  readonly compresses: boolean;
  url(kind: Kind, hash: string): URL;
  /** The headers that a request needs to be let in; `digest` is the hexadecimal one of its body. */
  admit(request: HttpRequest, digest: string): Promise<Record<string, string> | Failed>;
  /** By what it asks to be let in, in words, to be told by `pipe doctor`. */
  admission(): Promise<string>;
  /** How what lies there is listed and removed; null where the server cannot. */
  readonly upkeep: Upkeep | null;
}

export interface Upkeep {
  /** The request for one page of a list; `after` is what the page before ended with. */
  listing(kind: Kind, after: string | null): HttpRequest;
  readListing(text: string): { readonly files: readonly Listed[]; readonly after: string | null };
}
