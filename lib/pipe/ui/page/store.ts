import type { FollowLine, Holder, PipelineView, PlanView, RunHistory, StartedRun } from '../protocol.ts';
import { get, lines, Unanswered } from './client.ts';
import { RunModel } from './run-model.ts';
import { standingOf, type Standing } from './standing.ts';
import { Tasks } from './tasks.ts';

/** What is looked at: the newest run, whichever that is; one of the past; or no run, but what would run. */
export type Looked =
  | { readonly kind: 'newest' }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'profile'; readonly profile: string };

type Now = Extract<FollowLine, { kind: 'now' }>;

/** Milliseconds before the server is asked again. */
const PATIENCE = 500;
const LONGEST_PATIENCE = 5000;

/** All that the page knows; whoever shows some of it is told when it changes. */
export class Store {
  looked: Looked = { kind: 'newest' };
  pipeline: PipelineView | null = null;
  tasks: Tasks | null = null;
  plan: PlanView | null = null;
  #planStates: Uint8Array | null = null;
  planning = false;
  run: RunModel | null = null;
  now: Now | null = null;
  /** When the server last said something, while it does not; null while it does. */
  lostSince: number | null = null;
  refused: string | null = null;
  /** Why something that was asked for was not done. */
  said: string | null = null;
  /** Milliseconds into the run that are shown; null is its end. */
  position: number | null = null;
  version = 0;
  #standing: { readonly version: number; readonly standing: Standing } | null = null;
  #listeners = new Set<() => void>();
  #frame = 0;
  #following = new AbortController();

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Once for all that changes before the next picture. */
  changed(): void {
    this.version++;
    if (this.#frame !== 0) return;
    const tell = (): void => {
      cancelAnimationFrame(this.#frame);
      clearTimeout(timer);
      this.#frame = 0;
      for (const listener of this.#listeners) listener();
    };
    // A page in the background draws no pictures, but is asked about.
    const timer = setTimeout(tell, 250);
    this.#frame = requestAnimationFrame(tell);
  }

  say(text: string | null): void {
    this.said = text;
    this.changed();
  }

  get holder(): Holder | null {
    return this.now?.holder ?? null;
  }

  get started(): StartedRun | null {
    return this.now?.started ?? null;
  }

  /** The run that is shown goes on. */
  get going(): boolean {
    return this.run !== null && this.run.end === null && this.holder?.run === this.run.run;
  }

  get latest(): boolean {
    return this.looked.kind !== 'run' || this.run === null || this.run.run === this.now?.newest;
  }

  standing(): Standing | null {
    if (this.tasks === null) return null;
    if (this.#standing?.version === this.version) return this.#standing.standing;
    const playing = this.position !== null;
    const standing = standingOf({
      tasks: this.tasks,
      events: this.run?.statesAt(this.position) ?? null,
      later: playing ? this.run!.states : null,
      head: this.run?.head ?? null,
      over: !this.going,
      plan: playing && !this.going ? null : this.#planStates,
      latest: this.latest && !playing,
    });
    this.#standing = { version: this.version, standing };
    return standing;
  }

  look(looked: Looked): void {
    this.looked = looked;
    this.position = null;
    this.#following.abort();
    this.#following = new AbortController();
    this.changed();
    void this.#follow(this.#following.signal);
  }

  moveTo(position: number | null): void {
    this.position = position;
    this.changed();
  }

  async planAgain(again: boolean): Promise<void> {
    if (this.planning || this.pipeline === null) return;
    this.planning = true;
    this.changed();
    const pipeline = this.pipeline;
    try {
      const { profile, set, experiment } = pipeline;
      const plan = await get<PlanView>('plan', { profile, set, as: experiment, ...(again && { again: 1 }) });
      // Another may be looked at by now.
      if (this.pipeline === pipeline) {
        this.plan = plan;
        this.#planStates = plan.states === '' ? null : bytesIn(plan.states);
      }
    } catch {
      // Whoever follows notices that nobody answers.
    } finally {
      this.planning = false;
      this.changed();
      if (this.pipeline !== pipeline) void this.planAgain(false);
    }
  }

  /** Follows what is looked at, again and again, until something else is. */
  async #follow(signal: AbortSignal): Promise<void> {
    let patience = PATIENCE;
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      try {
        await this.#load(signal);
        patience = PATIENCE;
        await this.#stream(signal);
      } catch (error) {
        if (stopped()) return;
        this.lostSince ??= Date.now();
        this.refused = error instanceof Unanswered && error.status !== null ? error.message : null;
        this.changed();
        await new Promise((resolve) => setTimeout(resolve, patience));
        patience = Math.min(LONGEST_PATIENCE, 2 * patience);
      }
    }
  }

  /** Whatever differs from what is here: after the server was gone, often nothing does. */
  async #load(signal: AbortSignal): Promise<void> {
    const now = await get<Now>('now', {}, signal);
    const run =
      this.looked.kind === 'profile' ? null : this.looked.kind === 'run' ? this.looked.run : now.newest;
    const profile = this.looked.kind === 'profile' ? this.looked.profile : null;
    const stamp = this.now?.stamp;
    this.now = now;
    this.lostSince = null;
    this.refused = null;
    const same = (run ?? null) === (this.run?.run ?? null) && profile === this.#profile;
    if (this.pipeline !== null && same && !this.#stale && stamp === now.stamp) {
      this.changed();
      return;
    }
    const query = run === null ? { profile } : { run };
    const [pipeline, history] = await Promise.all([
      get<PipelineView>('pipeline', query, signal),
      run === null ? null : get<RunHistory>('history', { run }, signal),
    ]);
    this.#show(pipeline, history, profile);
  }

  #profile: string | null = null;
  #stale = false;

  #show(pipeline: PipelineView, history: RunHistory | null, profile: string | null): void {
    const tasks = new Tasks(pipeline);
    this.#profile = profile;
    this.#stale = false;
    this.pipeline = pipeline;
    this.tasks = tasks;
    this.plan = null;
    this.#planStates = null;
    this.run = history === null ? null : new RunModel(history, tasks);
    this.changed();
    if (this.#wantsPlan()) void this.planAgain(false);
  }

  /** Where the run's own events do not say how its tasks stand. */
  #wantsPlan(): boolean {
    if (this.pipeline === null || this.pipeline.problem !== null) return false;
    if (this.run === null || (!this.going && this.latest)) return true;
    const forecasts = new Map(this.run.head?.stages.map((of) => [of.stage, of]));
    return (
      this.going &&
      this.pipeline.stages.some(({ name, count }) => {
        const forecast = forecasts.get(name);
        return forecast !== undefined && forecast.fresh > 0 && forecast.fresh < count;
      })
    );
  }

  async #stream(signal: AbortSignal): Promise<void> {
    const run = this.run;
    const query = run === null ? { from: 0 } : { run: run.run, from: run.offset };
    for await (const line of lines(query, signal)) {
      if (line.kind === 'events') {
        if (run === null) continue;
        for (const event of line.events) run.take(event);
        run.offset = line.offset;
        this.changed();
        // Only now is it known which values it was started with.
        if (line.events.some(({ type }) => type === 'head')) {
          this.#stale = true;
          return;
        }
        continue;
      }
      if (this.#around(line)) return;
    }
    throw new Unanswered(null, 'the stream ended');
  }

  /** True when something else has to be loaded. */
  #around(now: Now): boolean {
    const before = { now: this.now, going: this.going };
    this.now = now;
    this.changed();
    if (this.looked.kind === 'newest' && now.newest !== (this.run?.run ?? null)) return true;
    if (before.now !== null && before.now.stamp !== now.stamp) {
      this.#stale = true;
      return true;
    }
    if (before.going && !this.going && this.latest) void this.planAgain(true);
    return false;
  }
}

function bytesIn(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
