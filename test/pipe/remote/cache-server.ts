import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../store/temporary.ts';

export interface Fault {
  readonly method?: string;
  /** A pattern of the path. */
  readonly path?: string;
  /** A status, or what `server.mjs` knows by a name. */
  readonly fault: number | 'hang' | 'exit' | 'cut' | 'stall' | 'drip';
  /** How often; always unless given. */
  readonly times?: number;
}

/** A real server in a process of its own, which keeps its files in a directory. */
export class CacheServer {
  readonly url: string;
  readonly root: string;

  private constructor(url: string, root: string) {
    this.url = url;
    this.root = root;
  }

  static async start(): Promise<CacheServer> {
    const root = temporaryDirectory();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'server.mjs'), root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    return new CacheServer(`http://127.0.0.1:${said.trim()}`, root);
  }

  /** From now on; what came before is forgotten. */
  async goWrong(...faults: readonly Fault[]): Promise<void> {
    await fetch(`${this.url}/control`, { method: 'POST', body: JSON.stringify({ faults }) });
  }

  async requests(): Promise<{ method: string; url: string; authorization?: string }[]> {
    const answer = await fetch(`${this.url}/requests`);
    return (await answer.json()) as { method: string; url: string; authorization?: string }[];
  }

  /** Names of what it has, of one kind. */
  names(kind: 'ac' | 'cas'): string[] {
    try {
      return readdirSync(join(this.root, kind)).sort();
    } catch {
      return [];
    }
  }

  read(kind: 'ac' | 'cas', name: string): Buffer {
    return readFileSync(join(this.root, kind, name));
  }

  write(kind: 'ac' | 'cas', name: string, bytes: Uint8Array): void {
    writeFileSync(join(this.root, kind, name), bytes);
  }

  remove(kind: 'ac' | 'cas', name: string): void {
    rmSync(join(this.root, kind, name));
  }
}
