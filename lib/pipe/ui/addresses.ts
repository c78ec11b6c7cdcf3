import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { comparisonCsv } from '../report/experiment-table.ts';
import { bytes } from '../report/quantity.ts';
import { comparisonView, pinnedRow } from './comparison.ts';
import { startRequest } from './control.ts';
import { figuresIn } from './figures.ts';
import { follow } from './follow.ts';
import { historyOf } from './history.ts';
import type { Asked } from './pipelines.ts';
import { plotOf, plotsIn } from './plots.ts';
import { imageType, kindOf } from './preview/kinds.ts';
import { textPreview } from './preview/text.ts';
import type { Preview } from './views.ts';
import type { Site } from './site.ts';
import { taskView } from './task.ts';

/** What an address gives: a value as JSON, bytes, or a stream that the address itself writes. */
export type Answer =
  | { readonly type: 'json'; readonly value: unknown }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly media: string }
  | { readonly type: 'file'; readonly file: string; readonly media: string; readonly download: string | null }
  | { readonly type: 'stream'; readonly write: (response: ServerResponse) => Promise<void> }
  | { readonly type: 'none' };

export interface Question {
  readonly site: Site;
  readonly query: URLSearchParams;
  /** Of a POST: what was sent, as JSON. */
  readonly body: unknown;
  /** Where an artifact that is a page is shown: `http://…/`, and the digest follows. */
  readonly pages: string;
}

type Address = (question: Question) => Answer | Promise<Answer>;

const RUNS = 200;
const FIGURES = 60;
/** A larger file is not read into memory to be looked at; bytes. */
const LARGEST = 2e8;
const NONE: Answer = { type: 'none' };

/** Every address that there is, below the token. */
export const ADDRESSES: Readonly<Record<'GET' | 'POST', Readonly<Record<string, Address>>>> = {
  GET: {
    icon: () => ({ type: 'bytes', bytes: Buffer.from(ICON), media: 'image/svg+xml' }),
    now: ({ site }) => json(site.now()),
    pipeline: (question) => json(question.site.pipelines.view(askedBy(question))),
    plan: async (question) => {
      const again = question.query.has('again');
      return json(await question.site.planner.view(askedBy(question), again));
    },
    runs: ({ site }) => json(site.runs.list(RUNS)),
    history: async (question) => {
      const { site, query } = question;
      const run = query.get('run') ?? '';
      const file = site.runs.file(run);
      if (file === null) return NONE;
      return json(await historyOf(run, file, site.pipelines.graph(askedBy(question))));
    },
    follow: (question) => {
      const { site, query } = question;
      const numbers = site.pipelines.graph(askedBy(question)).byId;
      const from = Math.max(0, Number(query.get('from') ?? 0)) || 0;
      const request = { run: query.get('run'), from, numbers };
      return { type: 'stream', write: (response) => follow(site, request, response) };
    },
    task: async (question) => {
      const { site, query } = question;
      const asked = askedBy(question);
      const run = query.get('run');
      const view = await taskView({
        id: query.get('id') ?? '',
        asked,
        graph: site.pipelines.graph(asked),
        file: run === null ? null : site.runs.file(run),
        lock: site.pipelines.lock(asked),
        store: site.store,
        kept: (directory) => site.keptLocks.of(directory),
        plan: (index) => site.planner.reasons(asked, index),
      });
      return json(view);
    },
    figures: (question) => {
      const { site } = question;
      const asked = askedBy(question);
      const [graph, lock] = [site.pipelines.graph(asked), site.pipelines.lock(asked)];
      const isFigure = (path: string): boolean => site.options.isFigure(path);
      return json(figuresIn({ graph, lock, store: site.store, isFigure }, FIGURES));
    },
    plots: (question) => {
      const { site } = question;
      return json(plotsIn(site.pipelines.graph(askedBy(question)), site.options));
    },
    plot: async (question) => {
      const { site, query } = question;
      const asked = askedBy(question);
      const [graph, lock] = [site.pipelines.graph(asked), site.pipelines.lock(asked)];
      const name = { stage: query.get('stage') ?? '', name: query.get('name') ?? '' };
      const view = await plotOf(name, { graph, lock, store: site.store, reading: site.options });
      return view === null ? NONE : json(view);
    },
    table: async (question) => {
      const comparison = await question.site.options.comparison(askedBy(question));
      return comparison === null ? NONE : json(comparisonView(comparison, question.query.get('baseline')));
    },
    csv: async (question) => {
      const comparison = await question.site.options.comparison(askedBy(question));
      if (comparison === null) return NONE;
      const baseline = pinnedRow(comparison, question.query.get('baseline'));
      const text = `${comparisonCsv(comparison, baseline).join('\n')}\n`;
      return { type: 'bytes', bytes: Buffer.from(text), media: 'text/csv; charset=utf-8' };
    },
    preview: async (question) => {
      const found = fileAsked(question);
      return found === null ? json(GONE) : json(await previewOf(question, found));
    },
    image: (question) => {
      const [found, media] = [fileAsked(question), imageType(question.query.get('name') ?? '')];
      return found === null || media === null ? NONE : { type: 'file', file: found, media, download: null };
    },
    download: (question) => {
      const found = fileAsked(question);
      const download = (question.query.get('name') ?? 'artifact').split('/').at(-1)!;
      return found === null
        ? NONE
        : { type: 'file', file: found, media: 'application/octet-stream', download };
    },
    tensor: async (question) => {
      const found = fileAsked(question);
      if (found === null) return NONE;
      const { site, query } = question;
      const row = Number(query.get('row') ?? 0);
      const bytes = await site.tables.tensor(found, query.get('column') ?? '', row);
      return bytes === null ? NONE : { type: 'bytes', bytes, media: 'application/octet-stream' };
    },
  },
  POST: {
    ticket: ({ site }) => json({ ticket: site.newTicket() }),
    start: ({ site, body }) => {
      const request = startRequest(body);
      const error = request === null ? 'that is nothing that can be started' : site.control.start(request);
      return json(error === null ? {} : { error });
    },
    stop: ({ site, body }) => {
      const { pid } = (body ?? {}) as { readonly pid?: unknown };
      const error = typeof pid === 'number' ? site.control.stop(pid) : 'no process is named';
      return json(error === null ? {} : { error });
    },
  },
};

/** Two lanes that join. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="none" stroke="#12805c" stroke-width="2"><path d="M4 3v10M4 8h8V3"/></g><g fill="#12805c"><circle cx="4" cy="3" r="2.4"/><circle cx="12" cy="3" r="2.4"/><circle cx="4" cy="13" r="2.4"/></g></svg>`;

const GONE: Preview = { kind: 'none', why: 'the store does not have it any more; run its task again' };

function json(value: unknown): Answer {
  return { type: 'json', value };
}

/** Of the run that is named, else the profile and values that are. */
function askedBy({ site, query }: Question): Asked {
  const run = query.get('run');
  if (run !== null) return site.askedIn(run);
  return {
    profile: query.get('profile') ?? 'default',
    set: query.getAll('set'),
    experiment: query.get('as'),
  };
}

function fileAsked({ site, query }: Question): string | null {
  return site.store.find(query.get('digest') ?? '');
}

async function previewOf({ site, query, pages }: Question, file: string): Promise<Preview> {
  const name = query.get('name') ?? '';
  switch (kindOf(name)) {
    case 'image':
      return { kind: 'image' };
    case 'page': {
      const [tree, path] = [query.get('tree'), query.get('path')];
      const address =
        tree === null || path === null
          ? `${pages}${query.get('digest')!}`
          : `${pages}${tree}/${path.split('/').map(encodeURIComponent).join('/')}`;
      return { kind: 'page', address };
    }
    case 'table':
      return site.tables.preview(file);
    case 'content':
      return contentPreview(site, name, file);
    case 'text':
      return textPreview(file);
    case 'unknown': {
      const text = textPreview(file);
      return text.kind === 'text' ? text : { kind: 'none', why: 'nothing here can show this kind of file' };
    }
  }
}

/** A file whose kind the command line knows how to read; one that is not what its name says as a text, if it is one. */
async function contentPreview(site: Site, name: string, file: string): Promise<Preview> {
  const { size } = statSync(file);
  const text = (): Preview => textPreview(file);
  if (size > LARGEST) return { kind: 'none', why: `${bytes(size)} are more than is read to be looked at` };
  try {
    return (await site.options.contentPreview(name, file)) ?? text();
  } catch (error) {
    const shown = text();
    const why = `it cannot be read: ${(error as Error).message.replace(`${file}: `, '')}`;
    return shown.kind === 'text' ? shown : { kind: 'none', why };
  }
}

/** Writes an answer other than a stream. */
export function write(answer: Answer, response: ServerResponse): void {
  switch (answer.type) {
    case 'none':
      response.writeHead(404).end();
      return;
    case 'json':
      whole(response, 'application/json', Buffer.from(JSON.stringify(answer.value)));
      return;
    case 'bytes':
      whole(response, answer.media, answer.bytes);
      return;
    case 'file': {
      const { file, media, download } = answer;
      response.setHeader('Content-Type', media);
      response.setHeader('Content-Length', statSync(file).size);
      // Opened by itself, an image that holds a script runs none.
      response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
      if (download !== null)
        response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${percent(download)}`);
      createReadStream(file)
        .on('error', () => response.destroy())
        .pipe(response);
      return;
    }
    case 'stream':
      return;
  }
}

function whole(response: ServerResponse, media: string, bytes: Uint8Array): void {
  response.writeHead(200, { 'Content-Type': media, 'Content-Length': bytes.length }).end(bytes);
}

/** As RFC 5987 has it. */
function percent(text: string): string {
  return encodeURIComponent(text).replaceAll(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}
