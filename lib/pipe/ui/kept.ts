import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import { writeAtomically } from '../store/atomic.ts';
import { isAlive, thisProcess, type ProcessIdentity } from '../store/process-identity.ts';

/** What a server keeps for the next one, so that a page that lost it finds it again. */
export interface Kept {
  readonly token: string;
  /** Of the page, and of artifacts that are pages themselves. */
  readonly ports: readonly [number, number];
  readonly process: ProcessIdentity;
}

function fileOf(layout: Layout): string {
  return join(layout.local, 'ui', 'server.json');
}

/** 192 bits, as they stand in an address. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Null where there is none, or nothing that can be read as one. */
export function readKept(layout: Layout): Kept | null {
  try {
    const kept = JSON.parse(readFileSync(fileOf(layout), 'utf8')) as Partial<Kept>;
    const { token = '', ports = [], process } = kept;
    const well =
      ports.length === 2 && ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536);
    return /^[\w-]{32}$/.test(token) && well && process !== undefined ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

/** Readable by nobody else: it opens the page. */
export function writeKept(layout: Layout, token: string, ports: readonly [number, number]): void {
  const directory = join(layout.local, 'ui');
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o700);
  writeAtomically(fileOf(layout), JSON.stringify({ token, ports, process: thisProcess() }), false);
  chmodSync(fileOf(layout), 0o600);
}

/** Whether the server that kept it still runs. */
export function serves({ process: server }: Kept): boolean {
  return server.host === thisProcess().host && server.pid !== process.pid && isAlive(server);
}
