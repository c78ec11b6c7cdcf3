import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalJson, type Json } from '../json.ts';
import { CommandPool } from './command-pool.ts';
import type { Program } from './command-process.ts';
import type {
  ExecutionResult,
  Executor,
  ModuleRequest,
  PythonRun,
  TaskListener,
  TaskRequest,
} from './executor.ts';
import type { Answer, CheckRequest, ExamineRequest, ModuleQuestions, QuestionFailure } from './protocol.ts';
import { pythonDirectory, pythonEnvironment, pythonProgram } from './python.ts';
import { WorkerProcess, type WorkerKind } from './worker-process.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * Runs stage modules in child processes and keeps these for the next task with the same environment, which then
 * does not pay for starting Node and loading an engine (a process of Python forks for each task); commands run in processes that start others fast. How
 * many run at once is up to the caller.
 */
export class WorkerPool implements Executor, ModuleQuestions {
  readonly #directory: string;
  readonly #entry: string;
  readonly #idle: Idle[] = [];
  readonly #busy = new Set<WorkerProcess>();
  readonly #commands: CommandPool;
  readonly #special: (bundle: string) => string | null;

  /**
   * Modules run in `directory`, wherever the user stands. `special` gives the file, such as a pipe, that loading a
   * bundle would wait for; null where there is none.
   */
  constructor(
    directory: string,
    entry: string,
    commandRunner: Program,
    special: (bundle: string) => string | null = () => null,
  ) {
    this.#directory = directory;
    this.#entry = entry;
    this.#commands = new CommandPool(directory, commandRunner);
    this.#special = special;
  }

  async execute(request: TaskRequest, listener: TaskListener, signal: AbortSignal): Promise<ExecutionResult> {
    if (request.kind === 'cmd') return await this.#commands.run(request, listener, signal);
    const answer = await this.#module(request, listener, signal);
    switch (answer.type) {
      case 'done':
      case 'failed':
        return answer;
      case 'bad-input':
        return { type: 'failed', log: null, reason: 'bad-input', message: answer.message };
      case 'threw':
        return { type: 'failed', log: null, reason: 'threw', message: answer.message, stack: answer.stack };
      case 'checked':
      case 'examined':
        throw new Error('a worker answered another question');
    }
  }

  #module(request: ModuleRequest, listener: TaskListener, signal: AbortSignal) {
    const limits = { timeout: request.timeout, grace: moduleGrace };
    return this.#with(request, (worker) => worker.ask({ type: 'module', request }, listener, signal, limits));
  }

  async check(
    request: CheckRequest,
    signal: AbortSignal,
  ): Promise<Extract<Answer, { type: 'checked' }> | QuestionFailure> {
    const answer = await this.#question({ type: 'check', request }, signal);
    if (answer.type === 'checked' || answer.type === 'failed') return answer;
    throw new Error('a worker answered another question');
  }

  async examine(
    request: ExamineRequest,
    signal: AbortSignal,
  ): Promise<Extract<Answer, { type: 'examined' }> | QuestionFailure> {
    const answer = await this.#question({ type: 'examine', request }, signal);
    if (answer.type === 'examined' || answer.type === 'failed') return answer;
    throw new Error('a worker answered another question');
  }

  async #question(question: Question, signal: AbortSignal): Promise<Answer | QuestionFailure> {
    const output: string[] = [];
    const listener: TaskListener = {
      progress: () => undefined,
      warning: () => undefined,
      log: (_, text) => output.push(text),
    };
    const answer = await this.#with(question.request, (worker) =>
      worker.ask(question, listener, signal, { timeout: questionTimeout, grace: moduleGrace }),
    );
    if (answer.type === 'threw') return { type: 'failed', message: answer.message, stack: answer.stack };
    if (answer.type === 'bad-input') return { type: 'failed', message: answer.message };
    if (answer.type !== 'failed') return answer;
    return {
      type: 'failed',
      message: ['the process that loaded the module ended', ...output.slice(-5)].join('\n'),
    };
  }

  async close(): Promise<void> {
    const workers = [...this.#busy, ...this.#idle.splice(0).map(({ worker }) => worker)];
    await Promise.all([...workers.map((worker) => worker.end()), this.#commands.close()]);
  }

  /** Told only by the channel that closes with this process, a module would compute on; a command is killed. */
  kill(): void {
    for (const worker of this.#busy) worker.kill();
  }

  async #with<T extends { readonly type: string }>(
    placed: Placed,
    ask: (worker: WorkerProcess) => Promise<T>,
  ): Promise<T | Extract<Answer, { type: 'bad-input' }>> {
    const kind = this.#kind(placed);
    const key = canonicalJson(kind as unknown as Json);
    const worker = this.#take(key, kind) ?? new WorkerProcess(kind, this.#directory);
    this.#busy.add(worker);
    try {
      // What a worker has in memory it does not load again.
      const special = worker.loaded.has(placed.bundle) ? null : this.#special(placed.bundle);
      if (special !== null) {
        await worker.end();
        return { type: 'bad-input', message: `${special} is no file` };
      }
      worker.loaded.add(placed.bundle);
      const answer = await ask(worker);
      // What a failed task left in memory is not for the next one.
      if (worker.alive && answer.type !== 'threw' && answer.type !== 'failed')
        this.#idle.push({ key, language: kind.serialization, worker });
      else await worker.end();
      return answer;
    } finally {
      this.#busy.delete(worker);
    }
  }

  /** An idle worker of this kind; one of the same language with another environment makes room. */
  #take(key: string, { serialization }: WorkerKind): WorkerProcess | null {
    const position = this.#idle.findIndex((idle) => idle.key === key && idle.worker.alive);
    if (position >= 0) return this.#idle.splice(position, 1)[0]!.worker;
    const other = this.#idle.findIndex(({ language }) => language === serialization);
    if (other >= 0) void this.#idle.splice(other, 1)[0]!.worker.end();
    return null;
  }

  #kind({ env, python, threads }: Placed): WorkerKind {
    if (python == null) return { program: [process.execPath, this.#entry], env, serialization: 'advanced' };
    const program = pythonProgram(python.executable, pythonDirectory(this.#entry), '_worker');
    return { program, env: pythonEnvironment(env, threads ?? 1), serialization: 'json' };
  }
}

interface Idle {
  readonly key: string;
  readonly language: WorkerKind['serialization'];
  readonly worker: WorkerProcess;
}

/** What of a request says where it is answered. */
interface Placed {
  readonly bundle: string;
  readonly env: Environment;
  readonly python?: PythonRun | null;
  readonly threads?: number;
}

type Question =
  | { readonly type: 'check'; readonly request: CheckRequest }
  | { readonly type: 'examine'; readonly request: ExamineRequest };

/** Seconds that a module has to end by itself when it is told to. */
const moduleGrace = 1;

/** Seconds; to answer, a module loads an engine, it does not compute. */
const questionTimeout = 120;

/** The worker's program: beside this one when bundled, in `dist/` of the package when run from sources. */
export function workerEntry(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let directory = here; ; directory = dirname(directory)) {
    const entry = directory === here ? join(here, 'worker.js') : join(directory, 'dist', 'worker.js');
    if (existsSync(entry)) return entry;
    if (directory === dirname(directory)) throw new Error('dist/worker.js is missing; run `npm run build`');
  }
}
