import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Digest } from '../digest.ts';
import { start } from '../execute/child.ts';
import { pythonProgram } from '../execute/python.ts';
import type { PythonEntry } from '../manifest/code.ts';

/** What of an interpreter decides bytes, and where it lies by its own account. */
export interface InterpreterFacts {
  readonly executable: string;
  readonly version: string;
}

export interface TraceRequest {
  readonly project: string;
  /** Absolute directories that stand before the interpreter's own path. */
  readonly path: readonly string[];
  readonly entries: readonly PythonEntry[];
}

export interface TracedSource {
  /** Project-relative, or absolute where it lies outside. */
  readonly path: string;
  readonly module: string;
  readonly text: Digest;
  readonly meaning: Digest;
  /** Digests of functions, methods and named values; under the empty name all else. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface Trace {
  readonly files: readonly TracedSource[];
  readonly packages: Readonly<Record<string, string>>;
  /** Files whose change may lead imports elsewhere. */
  readonly watched: readonly string[];
  /** Directories, each with names whose coming or going in it may do so; `*.pth` stands for all that end like that. */
  readonly names: readonly (readonly [directory: string, ...names: string[]])[];
  readonly warnings: readonly string[];
  /** `path:line:column: message` of the first file that is no Python; null where all are. */
  readonly problem: string | null;
}

/** A process of one interpreter that follows imports without running them. It stays until the engine goes. */
export class PythonTracer {
  readonly facts: Promise<InterpreterFacts | string>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #errors = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor(executable: string, directory: string, cwd: string, env: Readonly<Record<string, string>>) {
    const program = pythonProgram(executable, directory, '_trace');
    this.#child = start(program, { cwd, env: { ...env, PYTHONUTF8: '1' }, stdio: 'pipe' });
    this.#child.on('error', (error) => {
      this.#errors += error.message;
      this.#child.stdout!.destroy();
    });
    this.#child.stdin!.on('error', () => undefined);
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    const lines: Interface = createInterface({ input: this.#child.stdout! });
    this.#lines = lines[Symbol.asyncIterator]();
    this.facts = this.#next() as Promise<InterpreterFacts | string>;
    this.#last = this.facts;
  }

  /** A text when the process could not answer. */
  async trace(request: TraceRequest): Promise<Trace | string> {
    const answer = this.#last.then(async () => {
      this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
      return await this.#next();
    });
    this.#last = answer;
    return (await answer) as Trace | string;
  }

  /** Ends the process. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
      return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }

  async #next(): Promise<unknown> {
    const line = await this.#lines.next();
    if (line.done !== true) return JSON.parse(line.value) as unknown;
    const said = this.#errors.trim().split('\n').at(-1) ?? '';
    return said === '' ? 'the interpreter ended without an answer' : said;
  }
}
