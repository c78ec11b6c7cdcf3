import { posix } from 'node:path';
import type { Graph } from '../../../lib/pipe/graph/graph.ts';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import type { Manifest } from '../../../lib/pipe/manifest/manifest.ts';
import type { Outcome } from '../../../lib/pipe/plan/outcome.ts';
import type { RunEvent } from '../../../lib/pipe/run/event.ts';
import type { Engine } from '../../../lib/pipe/run/engine.ts';
import type { ProjectOptions, RunOptions, RunSummary } from '../../../lib/pipe/run/project.ts';
import { openEngine, openProject } from '../../../lib/pipe/run/session.ts';
import { layoutIn, type Layout } from '../../../lib/pipe/store/layout.ts';
import * as disk from './disk.ts';
import { MemoryRunner } from './runner.ts';

type Files = Readonly<Record<string, string>>;
type Finished = Extract<RunSummary, { type: 'finished' }>;

/** By their texts: some are asked for hundreds of times. */
const loaded = new Map<string, ReturnType<typeof loadPipeline>>();

/**
 * A project on the disk in memory, with a runner in memory, opened anew for each thing that is asked of it. A test that
 * uses it mocks `disk.ts` and `process-identity.ts` of the store with those beside this file.
 */
export class MemoryProject {
  readonly runner = new MemoryRunner();
  readonly directory: string;
  events: RunEvent[] = [];
  private readonly options: ProjectOptions;

  /** `directory`: another one on the same disk. */
  constructor(
    files: Files,
    { directory, ...options }: ProjectOptions & { readonly directory?: string } = {},
  ) {
    if (directory === undefined) disk.format();
    else disk.mkdirSync(directory);
    this.directory = directory ?? '/project';
    this.options = { workers: this.runner, environment: {}, ...options };
    this.write(files);
  }

  /** The same project, opened with other options. */
  with(options: ProjectOptions): MemoryProject {
    return Object.assign(Object.create(MemoryProject.prototype) as MemoryProject, this, {
      options: { ...this.options, ...options },
    });
  }

  get layout(): Layout {
    return layoutIn(this.directory, this.options.cacheDirectory);
  }

  get engine(): Engine {
    return openEngine(this.directory, this.options);
  }

  path(name: string): string {
    return posix.join(this.directory, name);
  }

  write(files: Files): void {
    for (const [name, text] of Object.entries(files)) disk.writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return disk.readFileSync(this.path(name), 'utf8');
  }

  edit(name: string, before: string, after: string): void {
    const text = this.read(name);
    if (!text.includes(before)) throw new Error(`${name} has no ${before}`);
    this.write({ [name]: text.replace(before, after) });
  }

  remove(name: string): void {
    disk.rmSync(this.path(name), { recursive: true });
  }

  /** All files below a directory with their texts. */
  files(name: string): Record<string, string> {
    const visit = (path: string): [string, string][] =>
      disk.statSync(this.path(path))!.isDirectory()
        ? (disk.readdirSync(this.path(path)) as string[])
            .sort()
            .flatMap((entry) => visit(posix.join(path, entry)))
        : [[path, this.read(path)]];
    return disk.existsSync(this.path(name)) ? Object.fromEntries(visit(name)) : {};
  }

  load(): { readonly manifest: Manifest; readonly graph: Graph } {
    const text = this.read('pipeline.yaml');
    const pipeline = loaded.get(text) ?? loadPipeline(text, { file: 'pipeline.yaml' });
    if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.diagnostics));
    loaded.set(text, pipeline);
    return pipeline;
  }

  async ask(options: Partial<RunOptions> = {}): Promise<RunSummary> {
    const { manifest, graph } = this.load();
    const project = openProject(this.directory, this.options);
    this.events = [];
    return await project.run(manifest, graph, {
      selection: new Set(graph.tasks.keys()),
      force: new Set(),
      jobs: 2,
      keepGoing: false,
      signal: new AbortController().signal,
      listener: (event) => this.events.push(event),
      ...options,
    });
  }

  /** Runs, and gives what became of each task that was not fresh from the start. */
  async run(options: Partial<RunOptions> = {}): Promise<Record<string, string>> {
    finished(await this.ask(options));
    return Object.fromEntries(this.outcomes().map(([id, { type }]) => [id, type]));
  }

  outcomes(): [string, Outcome][] {
    return this.events.flatMap((event) =>
      event.type === 'task-finished' ? [[event.task, event.outcome]] : [],
    );
  }

  /** States other than `fresh`. */
  async states(): Promise<Record<string, string>> {
    const { manifest, graph } = this.load();
    const project = openProject(this.directory, this.options);
    const { tasks } = await project.inspect(manifest, graph, new Set(graph.tasks.keys()));
    return Object.fromEntries(
      tasks.filter(({ plan }) => plan.state !== 'fresh').map(({ id, plan }) => [id, plan.state]),
    );
  }
}

export function finished(summary: RunSummary): Finished {
  if (summary.type !== 'finished') throw new Error(JSON.stringify(summary));
  return summary;
}

/** A pipeline of commands that `MemoryRunner` runs, from the declarations of its stages. */
export function pipelineOf(stages: Readonly<Record<string, object>>): string {
  const all = Object.entries(stages).map(([name, stage]) => [name, { shell: 'sh -e', ...stage }]);
  return JSON.stringify({ version: 1, stages: Object.fromEntries(all) as object });
}
