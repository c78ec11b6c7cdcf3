import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

export interface NetSize {
  readonly family: 'resnet-cifar' | 'resnet18';
  readonly depth: number;
  readonly width: number;
  readonly batch: number;
  readonly threads: number;
}

export type NetCall = 'train' | 'train mixed' | 'evaluate' | 'evaluate mixed';

/** PyTorch in a process of its own, asked one thing at a time. */
export class Torch {
  readonly version: string;
  readonly #python: string;
  readonly #process: ChildProcess & { stdin: Writable };
  readonly #answers: AsyncIterator<string>;

  private constructor(
    child: ChildProcess & { stdin: Writable },
    answers: AsyncIterator<string>,
    version: string,
    python: string,
  ) {
    this.#python = python;
    this.#process = child;
    this.#answers = answers;
    this.version = version;
  }

  /** Null where `python` has no torch. */
  static async start(python: string): Promise<Torch | null> {
    const child = spawn(python, ['bench/compute-torch.py'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    }) as ChildProcess & {
      stdin: Writable;
      stdout: Readable;
    };
    const absent = new Promise<null>((resolve) => {
      child.once('error', () => {
        resolve(null);
      });
    });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([absent, answers.next()]);
    if (first === null || first.done === true) return null;
    return new Torch(child, answers, (JSON.parse(first.value) as { version: string }).version, python);
  }

  /** False where PyTorch has no GPU to set against `device`. */
  async prepare(net: NetSize, device: string): Promise<boolean> {
    return (await this.#ask({ ...net, device })).able!;
  }

  /** Whether there is Captum. */
  async explains(): Promise<boolean> {
    return (await this.#ask({ call: 'explain', count: 0 })).seconds !== null;
  }

  /** Seconds of each of `count` calls. */
  async time(call: NetCall | 'explain', count: number): Promise<number[]> {
    return (await this.#ask({ call, count })).seconds!;
  }

  /** Largest resident memory, in KiB, of a process of its own that trains. */
  async peak(net: NetSize): Promise<number> {
    const args = ['bench/compute-torch.py', JSON.stringify({ ...net, device: 'cpu' })];
    const { stdout } = await promisify(execFile)(this.#python, args);
    return (JSON.parse(stdout) as { peak: number }).peak;
  }

  stop(): void {
    this.#process.stdin.end();
  }

  async #ask(request: object): Promise<{ able?: boolean; seconds?: number[] | null }> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('PyTorch stopped');
    return JSON.parse(answer.value) as { able?: boolean; seconds?: number[] | null };
  }
}
