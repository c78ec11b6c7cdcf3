import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { once } from 'node:events';
import { extname } from 'node:path';
import { experimentsIn } from '../../store/experiments.ts';
import { layoutIn, type Layout } from '../../store/layout.ts';
import { newToken, readKept, serves, writeKept } from '../../ui/kept.ts';
import { builtFile } from '../../ui/built.ts';
import type { Asked } from '../../ui/pipelines.ts';
import { serve } from '../../ui/server.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { interruption } from '../interrupt.ts';
import { findProject } from '../locate.ts';
import { configuredFor, readingOf, silent } from '../reading.ts';
import { isFigure } from '../view/figure-names.ts';
import { contentPreview } from '../view/preview.ts';
import { readTable, TABLE_FILES } from '../view/table-file.ts';
import { comparisonOf } from './table.ts';

export interface UiOptions {
  readonly port?: number;
  readonly open?: true;
}

/** `pipe ui`: a page on this machine that shows the pipeline, what runs and what ran. */
export async function ui(context: Context, { port, open }: UiOptions): Promise<number> {
  const directory = findProject(context);
  if (directory === null) return EXIT.mistake;
  const layout = layoutIn(realpathSync(directory), context.env['PIPE_CACHE_DIR']);
  const kept = readKept(layout);
  if (kept !== null && serves(kept) && (port === undefined || port === kept.ports[0])) {
    const address = `http://127.0.0.1:${kept.ports[0]}/${kept.token}/`;
    context.out(`the page of this project is open already: ${address}\n`);
    if (open === true) await openPage(context, address);
    return EXIT.ok;
  }
  const token = kept?.token ?? newToken();
  const started = await startServer(context, layout, token, port ?? null, kept?.ports ?? [0, 0]);
  if (!started.ok) {
    return started.code === 'EADDRINUSE'
      ? mistake(context, `port ${started.port} is taken`, '--port 0 takes one that is free')
      : mistake(context, `port ${started.port} cannot be listened on: ${started.code}`);
  }
  const { serving } = started;
  const { address, ports } = serving;
  const interrupted = interruption(context, () => undefined);
  try {
    writeKept(layout, token, ports);
    context.out(`${address}\nCtrl-C closes the page; runs that it started go on\n`);
    if (open === true) await openPage(context, address);
    if (!interrupted.signal.aborted) await once(interrupted.signal, 'abort');
    return interrupted.status() ?? EXIT.ok;
  } finally {
    await serving.close();
    interrupted.dispose();
  }
}

/** On the ports that the last one had, so that a page that is open finds it, or on others when these are taken. */
async function startServer(
  context: Context,
  layout: Layout,
  token: string,
  port: number | null,
  last: readonly [number, number],
): ReturnType<typeof serve> {
  const { project } = layout;
  const options = {
    layout,
    token,
    program: [process.execPath, ...process.execArgv, process.argv[1]!],
    planner: builtFile('plan-thread.js'),
    isFigure,
    isTable: (path: string) => TABLE_FILES.includes(extname(path)),
    readTable,
    contentPreview,
    comparison: async (asked: Pick<Asked, 'profile'>) => {
      const loaded = configuredFor(context, project, { ...asked, set: [], experiment: null }, []);
      return (
        loaded && (await comparisonOf(silent(context, project, []), loaded, experimentsIn(project), true))
      );
    },
    ...readingOf(context, layout),
  };
  const first = await serve({ ...options, ports: [port ?? last[0], last[1]] });
  if (first.ok || first.code !== 'EADDRINUSE') return first;
  if (port !== null && first.port === port) return first;
  return serve({ ...options, ports: [port ?? 0, 0] });
}

/** In the browser of whoever asked; where there is none, the address stands in the terminal. */
async function openPage(context: Context, address: string): Promise<void> {
  const link = await ticketFor(address);
  const [command, ...args]: readonly [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', link]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', link]
        : ['xdg-open', link];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {
    context.err('note: no browser could be started; open the address yourself\n');
  });
  child.unref();
}

/** An address that leads to the page once: others can read what a browser is started with. */
async function ticketFor(address: string): Promise<string> {
  const headers = { 'Content-Type': 'application/json', Origin: new URL(address).origin };
  const response = await fetch(`${address}ticket`, { method: 'POST', headers, body: '{}' });
  const { ticket } = (await response.json()) as { readonly ticket: string };
  return new URL(`/${ticket}/`, address).href;
}
