import { Worker } from 'node:worker_threads';
import type { Layout } from '../store/layout.ts';
import type { Asked } from './pipelines.ts';
import type { PlanView } from './protocol.ts';

/** What the thread that plans is asked. */
export type PlanQuestion =
  | { readonly type: 'view'; readonly asked: Asked; readonly again: boolean }
  | { readonly type: 'reasons'; readonly asked: Asked; readonly index: number };

export interface NumberedQuestion {
  readonly number: number;
  readonly question: PlanQuestion;
}

export type NumberedAnswer =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly problem: string };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Asks a thread of its own what a run would do: to plan a hundred thousand tasks takes seconds, in which the page
 * wants other things. A thread that ended is told of by those who wait, and the next question starts another.
 */
export class Planner {
  readonly #program: string;
  readonly #layout: Layout;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #last = 0;

  /** `program`: a module that answers by `answerPlans`. */
  constructor(program: string, layout: Layout) {
    this.#program = program;
    this.#layout = layout;
  }

  /** `again`: code and inputs are looked at anew, though no file that is followed was written. */
  view(asked: Asked, again: boolean): Promise<PlanView> {
    return this.#ask({ type: 'view', asked, again }) as Promise<PlanView>;
  }

  /** Why a task would run, as it was seen last; null where nobody looked. */
  async reasons(asked: Asked, index: number): Promise<readonly string[] | null> {
    if (this.#thread === null) return null;
    return (await this.#ask({ type: 'reasons', asked, index })) as readonly string[] | null;
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #ask(question: PlanQuestion): Promise<unknown> {
    const thread = (this.#thread ??= this.#start());
    const number = (this.#last += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      thread.postMessage({ number, question } satisfies NumberedQuestion);
    });
  }

  #start(): Worker {
    const thread = new Worker(this.#program, { workerData: this.#layout });
    let why = 'the thread that plans has ended';
    thread.on('message', (answer: NumberedAnswer) => {
      const waiting = this.#waiting.get(answer.number);
      this.#waiting.delete(answer.number);
      if ('problem' in answer) waiting?.reject(new Error(answer.problem));
      else waiting?.resolve(answer.value);
    });
    thread.on('error', (error) => {
      why = `${why}: ${error.message}`;
    });
    thread.on('exit', () => {
      this.#thread = null;
      for (const { reject } of this.#waiting.values()) reject(new Error(why));
      this.#waiting.clear();
    });
    // It is there for the page, and keeps nothing going by itself.
    thread.unref();
    return thread;
  }
}
