import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { examineMachine, type AnyDoctor } from './doctor-module.ts';
import type { AnyStage } from './stage-module.ts';
import { checkStage, stageTask } from './stage-module.ts';
import { endMark, type Answer, type FromWorker, type ToWorker } from '../execute/protocol.ts';
import { OWN_MODULES, type OwnModules } from '../code/own-modules.ts';
import * as stage from '../stage/index.ts';
import { endWithParent } from './end-with-parent.ts';
import { ReadWatch } from './read-watch.ts';
import { undeclaredReads, type OwnPlaces } from './undeclared.ts';

/** Runs stage modules as the pool asks for them, one at a time, until the pool goes away. */
export function serveTasks(): void {
  process.setSourceMapsEnabled(true);
  endWithParent();
  provideOwnModules();
  const worker: Worker = {
    reads: new ReadWatch(),
    loaded: new Map(),
    places: { project: process.cwd(), program: dirname(fileURLToPath(import.meta.url)) },
  };
  let running: AbortController | null = null;
  // The pool was killed or has had enough: nobody will take the outputs.
  process.on('disconnect', () => {
    process.exit(0);
  });
  process.on('SIGTERM', () => {
    if (running === null) process.exit(143);
    running.abort();
  });
  // Ctrl-C reaches the pool, which decides.
  process.on('SIGINT', () => undefined);
  process.on('message', (message: ToWorker) => {
    running = new AbortController();
    void answer(message, worker, running.signal).then((reply) => {
      running = null;
      markEnd(message.key);
      send({ type: 'answer', number: message.number, answer: reply });
    });
  });
}

/** What modules import of this package lies beside this program. */
function provideOwnModules(): void {
  const arrow = new URL('./arrow.js', import.meta.url).href;
  const provided: OwnModules = { stage, arrow: () => import(arrow) as Promise<object> };
  Object.defineProperty(globalThis, OWN_MODULES, { value: provided });
}

interface Worker {
  readonly reads: ReadWatch;
  /** What modules that are in memory read when they were loaded. */
  readonly loaded: Map<string, readonly string[]>;
  readonly places: OwnPlaces;
}

async function answer(message: ToWorker, worker: Worker, signal: AbortSignal): Promise<Answer> {
  try {
    if (message.type === 'check') {
      const { stage } = await load(message.request.bundle, worker);
      return { type: 'checked', result: await checkStage(stage, message.request) };
    }
    if (message.type === 'examine') {
      const { bundle, params } = message.request;
      return { type: 'examined', findings: await examineMachine(await loadDoctor(bundle), params) };
    }
    const { request } = message;
    const { stage, opened } = await load(request.bundle, worker);
    const task = await stageTask(stage, request, signal, {
      send,
      write: (text) => process.stdout.write(text),
    });
    const reads = await worker.reads.during(() => stage.run(task));
    return { type: 'done', undeclared: undeclaredReads([...opened, ...reads], request, worker.places) };
  } catch (error) {
    return thrown(error);
  }
}

function markEnd(key: string): void {
  process.stdout.write(endMark(key));
  process.stderr.write(endMark(key));
}

function thrown(error: unknown): Answer {
  if (!(error instanceof Error)) return { type: 'threw', message: String(error), stack: '' };
  if (error.name === 'BadInput') return { type: 'bad-input', message: error.message };
  const cause =
    error.cause instanceof Error ? `\ncaused by: ${error.cause.stack ?? error.cause.message}` : '';
  return { type: 'threw', message: error.message, stack: (error.stack ?? '') + cause };
}

/** A stage's module, and what it read when it was first loaded here. */
async function load(
  bundle: string,
  { reads, loaded }: Worker,
): Promise<{ readonly stage: AnyStage; readonly opened: readonly string[] }> {
  const url = pathToFileURL(bundle).href;
  const opened =
    loaded.get(bundle) ??
    (await reads.during(async () => {
      await import(url);
    }));
  loaded.set(bundle, opened);
  const { default: stage } = (await import(url)) as { readonly default?: AnyStage };
  if (typeof stage?.run === 'function') return { stage, opened };
  throw new Error('the module has no default export made with defineStage(…)');
}

async function loadDoctor(bundle: string): Promise<AnyDoctor> {
  const module = (await import(pathToFileURL(bundle).href)) as { readonly default?: AnyDoctor };
  if (typeof module.default?.examine === 'function') return module.default;
  throw new Error('the module has no default export made with defineDoctor(…)');
}

function send(message: FromWorker): void {
  process.send!(message);
}
