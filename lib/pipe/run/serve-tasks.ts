import { pathToFileURL } from 'node:url';
import { examineMachine, type AnyDoctor } from './doctor-module.ts';
import type { AnyStage } from './stage-module.ts';
import { checkStage, stageTask } from './stage-module.ts';
import { Shell } from './shell.ts';
import { endMark, type Answer, type FromWorker, type ToWorker } from './protocol.ts';

/** Runs tasks as the pool asks for them, one at a time, until the pool goes away. */
export function serveTasks(): void {
  process.setSourceMapsEnabled(true);
  const shell = new Shell();
  let running: AbortController | null = null;
  // The pool was killed or has had enough: nobody will take the outputs.
  process.on('disconnect', () => {
    shell.killAll();
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
    void answer(message, shell, running.signal).then((reply) => {
      running = null;
      if (reply.type !== 'ended') {
        process.stdout.write(endMark(message.number));
        process.stderr.write(endMark(message.number));
      }
      send({ type: 'answer', number: message.number, answer: reply });
    });
  });
}

async function answer(message: ToWorker, shell: Shell, signal: AbortSignal): Promise<Answer> {
  try {
    if (message.type === 'check') {
      const stage = await load(message.request.bundle);
      return { type: 'checked', result: await checkStage(stage, message.request) };
    }
    if (message.type === 'examine') {
      const { bundle, params } = message.request;
      return { type: 'examined', findings: await examineMachine(await loadDoctor(bundle), params) };
    }
    const { request } = message;
    if (request.work.kind === 'cmd') {
      return { type: 'ended', result: await shell.run(request, request.work, log, signal) };
    }
    const stage = await load(request.work.bundle);
    await stage.run(stageTask(stage, request, signal, { send, write: (text) => process.stdout.write(text) }));
    return { type: 'done' };
  } catch (error) {
    return thrown(error);
  }
}

function log(stream: 'out' | 'err', text: string): void {
  send({ type: 'log', stream, text });
}

function thrown(error: unknown): Answer {
  if (!(error instanceof Error)) return { type: 'threw', message: String(error), stack: '' };
  if (error.name === 'BadInput') return { type: 'bad-input', message: error.message };
  const cause =
    error.cause instanceof Error ? `\ncaused by: ${error.cause.stack ?? error.cause.message}` : '';
  return { type: 'threw', message: error.message, stack: (error.stack ?? '') + cause };
}

async function load(bundle: string): Promise<AnyStage> {
  const module = (await import(pathToFileURL(bundle).href)) as { readonly default?: AnyStage };
  if (typeof module.default?.run === 'function') return module.default;
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
