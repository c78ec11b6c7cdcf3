import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Graph } from '../../../lib/pipe/graph/graph.ts';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import type { Manifest } from '../../../lib/pipe/manifest/manifest.ts';
import type { Outcome } from '../../../lib/pipe/plan/outcome.ts';
import type { RunEvent } from '../../../lib/pipe/run/event.ts';
import { openProject } from '../../../lib/pipe/run/session.ts';
import type {
  Inspection,
  Project,
  ProjectOptions,
  RunOptions,
  RunSummary,
} from '../../../lib/pipe/run/project.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const repository = join(import.meta.dirname, '../../..');

type Files = Readonly<Record<string, string>>;
type Finished = Extract<RunSummary, { type: 'finished' }>;

/** A project of real files in a directory of its own, opened anew for each thing that is asked of it. */
export class TestProject {
  readonly directory: string;
  events: RunEvent[] = [];
  readonly #options: ProjectOptions;

  constructor(
    files: Files,
    { directory = temporaryDirectory(), ...options }: ProjectOptions & { readonly directory?: string } = {},
  ) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    this.#options = { environment: { PATH: process.env['PATH'] }, ...options };
    symlinkSync(join(repository, 'node_modules'), join(this.directory, 'node_modules'));
    this.write(files);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(files: Files): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), text);
    }
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  edit(name: string, before: string, after: string): void {
    const text = this.read(name);
    if (!text.includes(before)) throw new Error(`${name} has no ${before}`);
    this.write({ [name]: text.replace(before, after) });
  }

  load(): { readonly manifest: Manifest; readonly graph: Graph } {
    const pipeline = loadPipeline(this.read('pipeline.yaml'), { file: 'pipeline.yaml' });
    if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.diagnostics));
    return pipeline;
  }

  async ask(
    options: Partial<RunOptions> = {},
    select: (id: string) => boolean = () => true,
  ): Promise<RunSummary> {
    const { manifest, graph } = this.load();
    const project = this.open();
    this.events = [];
    const summary = await project.run(manifest, graph, {
      selection: new Set(graph.tasks.filter(({ id }) => select(id)).map(({ index }) => index)),
      force: new Set(),
      jobs: 2,
      keepGoing: false,
      signal: new AbortController().signal,
      listener: (event) => this.events.push(event),
      ...options,
    });
    await project.close();
    return summary;
  }

  /** Runs, and gives what became of each task that was not fresh from the start. */
  async run(
    options: Partial<RunOptions> = {},
    select?: (id: string) => boolean,
  ): Promise<Record<string, string>> {
    this.finished(await this.ask(options, select));
    return Object.fromEntries(this.outcomes().map(([id, { type }]) => [id, type]));
  }

  finished(summary: RunSummary): Finished {
    if (summary.type !== 'finished') throw new Error(JSON.stringify(summary));
    return summary;
  }

  outcomes(): [string, Outcome][] {
    return this.events.flatMap((event) =>
      event.type === 'task-finished' ? [[event.task, event.outcome]] : [],
    );
  }

  async inspect(): Promise<Inspection> {
    const { manifest, graph } = this.load();
    const project = this.open();
    const inspection = await project.inspect(manifest, graph, new Set(graph.tasks.keys()));
    await project.close();
    return inspection;
  }

  /** States other than `fresh`. */
  async states(): Promise<Record<string, string>> {
    const { tasks } = await this.inspect();
    return Object.fromEntries(
      tasks.filter(({ plan }) => plan.state !== 'fresh').map(({ id, plan }) => [id, plan.state]),
    );
  }

  open(): Project {
    const project = openProject(this.directory, this.#options);
    onTestFinished(() => project.close());
    return project;
  }
}

/** A stage that writes what it was given, line by line. */
export const echoStage = `
  import { readFile, writeFile } from 'node:fs/promises';
  import { z } from 'zod';
  import { defineStage } from 'pipewright/stage';
  import { greeting } from '../lib/greeting.ts';
  export default defineStage({
    params: z.object({ word: z.string() }),
    axes: z.object({}).catchall(z.union([z.string(), z.number()])),
    inputs: { source: 'one', before: 'optional' },
    outputs: ['text'],
    async run({ params, axes, previous, inputs, outputs, log }) {
      log('reading ' + inputs.source.name);
      const before = inputs.before === null ? '' : await readFile(inputs.before.path, 'utf8');
      const source = await readFile(inputs.source.path, 'utf8');
      const line = [greeting, params.word, source.trim(), JSON.stringify(axes), previous].join(' ');
      await writeFile(outputs.text, before + line + '\\n');
    },
  });`;

/** first → chain (matrix and scan, modules) → count (commands) → all (a command that gathers, a directory). */
export const smallStudy: Files = {
  'in.txt': 'in\n',
  'lib/greeting.ts': "// what is said first\nexport const greeting: string = 'hello';\n",
  'lib/unused.ts': 'export const unused = 1;\n',
  'stages/echo.ts': echoStage,
  'pipeline.yaml': `
version: 1
params: { word: one, steps: [1, 2, 3], title: all }
stages:
  first:
    cmd: cat {inputs.source} > {outputs.text}
    inputs: { source: ./in.txt }
    outputs: { text: first.txt }
  chain:
    use: stages/echo.ts
    params: [word]
    matrix: { side: [left, right] }
    scan: { axis: step, values: '\${steps}', carry: { before: text } }
    inputs: { source: first.text }
    outputs: { text: text.txt }
  count:
    cmd: wc -l < {inputs.text} | tr -d ' ' > {outputs.lines}
    inputs: { text: chain.text }
    outputs: { lines: lines.txt }
  all:
    cmd: mkdir {outputs.report}/sub && cat {inputs.lines} > {outputs.report}/sub/lines && echo {params.title} > {outputs.report}/title
    params: [title]
    inputs: { lines: { from: count.lines, gather: [side, step] } }
    outputs: { report: report/ }
`,
};
