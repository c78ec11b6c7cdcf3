import type { Comparison } from '../report/experiment-table.ts';
import type { Layout } from '../store/layout.ts';
import { Control } from './control.ts';
import { KeptLocks } from './kept-locks.ts';
import { newToken } from './kept.ts';
import { Pipelines, type Asked, type Reading } from './pipelines.ts';
import { Planner } from './planner.ts';
import type { TableReading } from './plots.ts';
import { Tables } from './preview/table.ts';
import type { FollowLine } from './protocol.ts';
import { Runs } from './runs.ts';
import { Store } from './store.ts';
import type { Preview } from './views.ts';

/** Milliseconds. */
const TICKET = 60_000;

/** What the command that starts the server gives it of its own. */
export interface SiteOptions extends Reading, TableReading {
  readonly layout: Layout;
  /** The program of the thread that plans. */
  readonly planner: string;
  /** What starts pipe: an interpreter and its arguments. */
  readonly program: readonly string[];
  /** What `pipe table` prints of a profile; null where the pipeline cannot be read. */
  comparison(asked: Pick<Asked, 'profile'>): Promise<Comparison | null>;
  isFigure(path: string): boolean;
  /** What `pipe show` prints of a file, by the name that its output has; null of what it has no reader for. */
  contentPreview(name: string, file: string): Promise<Preview | null>;
}

/** All that addresses ask: one project, as it lies and as its runs left it. */
export class Site {
  readonly options: SiteOptions;
  readonly pipelines: Pipelines;
  readonly planner: Planner;
  readonly runs: Runs;
  readonly store: Store;
  readonly tables = new Tables();
  readonly keptLocks = new KeptLocks();
  readonly control: Control;
  closed = false;
  #ticket: { readonly text: string; readonly until: number } | null = null;

  constructor(options: SiteOptions) {
    const { layout, program } = options;
    this.options = options;
    this.pipelines = new Pipelines(layout, options);
    this.planner = new Planner(options.planner, layout);
    this.runs = new Runs(layout);
    this.store = new Store(layout);
    this.control = new Control(layout, program);
  }

  /** The configuration that a run had: its profile, what was set for it, and the experiment that it was. */
  askedIn(run: string | null): Asked {
    const head = run === null || this.runs.file(run) === null ? null : this.runs.view(run).head;
    return {
      profile: head?.profile ?? 'default',
      set: head?.set ?? [],
      experiment: head?.experiment ?? null,
    };
  }

  /**
   * What opens the page once, within a minute: a browser is started with an address that other users of the machine
   * can read off its command line, and the token must not be in it.
   */
  newTicket(): string {
    this.#ticket = { text: newToken(), until: Date.now() + TICKET };
    return this.#ticket.text;
  }

  /** The ticket, while it is good. */
  get ticket(): string | null {
    return this.#ticket !== null && Date.now() < this.#ticket.until ? this.#ticket.text : null;
  }

  spendTicket(): void {
    this.#ticket = null;
  }

  now(): Extract<FollowLine, { kind: 'now' }> {
    const holder = this.runs.holder();
    return {
      kind: 'now',
      newest: this.runs.newest(),
      holder,
      started: this.control.started(holder?.pid ?? null),
      stamp: this.pipelines.stamp(),
    };
  }
}
