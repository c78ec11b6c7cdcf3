import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { TorchvisionNet } from './imported.ts';
import type { Seconds } from './turns.ts';

export interface NetSize {
  readonly family: 'resnet-cifar' | 'resnet18';
  readonly depth: number;
  readonly width: number;
  readonly batch: number;
  readonly threads: number;
}

export type NetCall = 'train' | 'train mixed' | 'evaluate' | 'evaluate mixed';

interface Answer {
  readonly able?: boolean;
  readonly exported?: boolean;
  readonly seconds?: number[] | null;
}

/** PyTorch in a process of its own, asked one thing at a time. */
export class Torch {
  readonly version: string;
  readonly #python: string;
  readonly #seconds: Seconds;
  readonly #process: ChildProcess & { stdin: Writable };
  readonly #answers: AsyncIterator<string>;

  private constructor(
    child: ChildProcess & { stdin: Writable },
    answers: AsyncIterator<string>,
    version: string,
    { python, seconds }: { readonly python: string; readonly seconds: Seconds },
  ) {
    this.#python = python;
    this.#seconds = seconds;
    this.#process = child;
    this.#answers = answers;
    this.version = version;
  }

  /** Null where `python` has no torch. */
  static async start(python: string, seconds: Seconds): Promise<Torch | null> {
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
    return new Torch(child, answers, (JSON.parse(first.value) as { version: string }).version, {
      python,
      seconds,
    });
  }

  /** Not `able` where PyTorch has no GPU to set against `device`. The net is written to a file, too, if it can be. */
  async prepare(net: NetSize, device: string, path: string): Promise<{ able: boolean; exported: boolean }> {
    const { able, exported } = await this.#ask({ ...net, device, export: path });
    return { able: able!, exported: exported === true };
  }

  /** A net of torchvision, which is written to a file; false where it cannot be. */
  async prepareTorchvision({ name, size, images, threads }: TorchvisionNet, path: string): Promise<boolean> {
    return (await this.#ask({ torchvision: name, size, images, threads, export: path })).able!;
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

  async #ask(request: object): Promise<Answer> {
    const processor = this.#seconds === 'processor';
    this.#process.stdin.write(`${JSON.stringify({ ...request, processor })}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('PyTorch stopped');
    return JSON.parse(answer.value) as Answer;
  }
}
