import { CommandProcess, type Program } from './command-process.ts';
import type { CommandRequest, ExecutionResult, TaskListener } from './executor.ts';

/** Keeps the processes that run commands for the next one. */
export class CommandPool {
  readonly #directory: string;
  readonly #runner: Program;
  readonly #idle: CommandProcess[] = [];
  readonly #busy = new Set<CommandProcess>();

  /** They wait in `directory`; each command says where it runs. */
  constructor(directory: string, runner: Program) {
    this.#directory = directory;
    this.#runner = runner;
  }

  async run(request: CommandRequest, listener: TaskListener, signal: AbortSignal): Promise<ExecutionResult> {
    const process = this.#take() ?? new CommandProcess(this.#runner, this.#directory);
    this.#busy.add(process);
    try {
      return await process.run(request, listener, signal);
    } finally {
      this.#busy.delete(process);
      if (process.alive) this.#idle.push(process);
    }
  }

  /** Commands that run are killed. */
  async close(): Promise<void> {
    await Promise.all([...this.#busy, ...this.#idle.splice(0)].map((process) => process.end()));
  }

  #take(): CommandProcess | undefined {
    while (this.#idle.length > 0) {
      const process = this.#idle.pop()!;
      if (process.alive) return process;
    }
    return undefined;
  }
}
