import type { Digest } from '../digest.ts';

/** What went wrong with a remote cache, as a value; `report/remote.ts` says it in words. */
export type Trouble =
  /** It wants other credentials than it was given, or any. */
  | { readonly reason: 'denied'; readonly status: number; readonly code?: string }
  | { readonly reason: 'no-credentials' }
  | { readonly reason: 'unreachable'; readonly code: string }
  | { readonly reason: 'certificate'; readonly code: string }
  /** No byte came or went for so long. */
  | { readonly reason: 'stalled'; readonly seconds: number }
  /** It would have taken longer than computing the same. */
  | { readonly reason: 'slow'; readonly seconds: number }
  | { readonly reason: 'cut-off' }
  | { readonly reason: 'full'; readonly status: number }
  | { readonly reason: 'too-large'; readonly status: number; readonly size: number }
  | { readonly reason: 'redirected'; readonly to: string }
  /** Any other answer that is none of the protocol. */
  | { readonly reason: 'answered'; readonly status: number; readonly code?: string }
  /** Bytes that are not those of their digest. */
  | { readonly reason: 'mismatch'; readonly digest: Digest }
  /** An entry that is none, or names other outputs than the task has. */
  | { readonly reason: 'malformed'; readonly fingerprint: Digest }
  /** A blob that an entry names and that is not there. */
  | { readonly reason: 'blob-missing'; readonly digest: Digest };

/** What it was used for: troubles with writing leave reading alone. */
export type Doing = 'read' | 'write';

/** Told once for each kind; `stopped`: the cache is not asked that way again until the command ends. */
export type TellTrouble = (trouble: Trouble, doing: Doing, stopped: boolean) => void;

export interface Failed {
  readonly type: 'failed';
  readonly trouble: Trouble;
}

export function failed(trouble: Trouble): Failed {
  return { type: 'failed', trouble };
}

/** Raised inside one exchange, and turned into a value where that ends. */
export class Interrupted extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.reason);
    this.trouble = trouble;
  }
}

const certificates = /CERT|SELF_SIGNED|UNABLE_TO|TLS|SSL|EPROTO/;
const away = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EINVAL'];

/** What an error of the network says; what is none is thrown on. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Interrupted) return error.trouble;
  const { code, name } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  if (name === 'AbortError') return { reason: 'cut-off' };
  if (certificates.test(code)) return { reason: 'certificate', code };
  if (away.includes(code)) return { reason: 'unreachable', code };
  return { reason: 'cut-off' };
}

/** Whether asking again may help. */
export function mayPass(trouble: Trouble): boolean {
  switch (trouble.reason) {
    case 'unreachable':
    case 'cut-off':
      return true;
    case 'answered':
      return [408, 425, 429, 500, 502, 503, 504].includes(trouble.status);
    case 'denied':
    case 'no-credentials':
    case 'certificate':
    case 'stalled':
    case 'slow':
    case 'full':
    case 'too-large':
    case 'redirected':
    case 'mismatch':
    case 'malformed':
    case 'blob-missing':
      return false;
  }
}
