import { join } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import type { Graph } from '../graph/graph.ts';
import { isMapping, type Json, type JsonObject } from '../json.ts';
import { readYaml } from '../manifest/document.ts';
import { runDirectories } from '../run/past-runs.ts';
import { experimentsIn } from '../store/experiments.ts';
import { layoutOf, MANIFEST_FILE, runsPath } from '../store/layout.ts';
import { configureIn, type Configured } from './configuration.ts';
import type { Context } from './context.ts';
import { WORKSPACE } from './experiments.ts';
import type { ConfigurationOptions } from './options.ts';

export interface Candidate {
  readonly text: string;
  readonly meaning: string;
}

/** What a project has to complete with. */
export class Project {
  readonly #context: Context;
  readonly #directory: string;
  readonly #options: ConfigurationOptions;
  #configured: Configured | null | undefined;

  constructor(context: Context, directory: string, options: ConfigurationOptions) {
    // While one types, mistakes are no news.
    this.#context = { ...context, err: () => undefined };
    this.#directory = directory;
    this.#options = options;
  }

  stages(): Candidate[] {
    const stages = this.#configuration()?.manifest.stages ?? [];
    return stages.map(({ name, title }) => ({ text: name, meaning: title }));
  }

  /** Stages; tasks once a stage is typed. */
  tasks(word: string): Candidate[] {
    if (!word.includes('@')) return this.stages();
    return this.#graph().tasks.map(({ id, stage }) => ({ text: id, meaning: stage.title }));
  }

  /** By name, and paths a directory further than what is typed. */
  artifacts(word: string): Candidate[] {
    const outputs = this.#graph().tasks.flatMap((task) => task.outputs.map((output) => ({ task, output })));
    const named = outputs.map(({ task, output }) => ({
      text: `${word.includes('@') ? task.id : task.stage.name}.${output.name}`,
      meaning: task.stage.title,
    }));
    const depth = word.split('/').length;
    const paths = outputs.map(({ output: { path } }) => {
      const parts = path.split('/');
      return { text: parts.slice(0, depth).join('/') + (parts.length > depth ? '/' : ''), meaning: '' };
    });
    return [...this.tasks(word), ...named, ...paths];
  }

  profiles(): Candidate[] {
    const read = this.#yaml('profiles');
    const profiles = isMapping(read) ? read['profiles'] : undefined;
    return isMapping(profiles) ? Object.keys(profiles).map((text) => ({ text, meaning: '' })) : [];
  }

  /** `a.b=`, then with the value that it has; `params.a.b=` for those who begin like that. */
  parameters(word: string): Candidate[] {
    const params = this.#configuration()?.manifest.params ?? {};
    return leaves(params, []).flatMap(({ path, value }) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const rest = `${path.join('.')}=${word.includes('=') ? text : ''}`;
      const meaning = `now ${text}`;
      const begun = word !== '' && (WHOLE.startsWith(word) || word.startsWith(WHOLE));
      return [{ text: rest, meaning }, ...(begun ? [{ text: WHOLE + rest, meaning }] : [])];
    });
  }

  experiments(): Candidate[] {
    return experimentsIn(this.#directory).map(({ name, record }) => ({
      text: name,
      meaning: record.set.join(' '),
    }));
  }

  /** The parameters that a grid may have, each before its `=`. */
  grid(word: string): Candidate[] {
    return word.includes('=') ? [] : this.parameters('');
  }

  resources(): Candidate[] {
    return Object.entries(this.#configuration()?.manifest.resources ?? {}).map(([name, amount]) => ({
      text: `${name}=`,
      meaning: `now ${amount}`,
    }));
  }

  metrics(): Candidate[] {
    const stages = this.#configuration()?.manifest.stages ?? [];
    return stages.flatMap(({ title, metrics }) =>
      metrics.flatMap(({ fields }) => (fields ?? []).map((text) => ({ text, meaning: title }))),
    );
  }

  runs(): Candidate[] {
    const runs = runDirectories(runsPath(layoutOf(this.#directory))).map((path) =>
      path.slice(path.lastIndexOf('/') + 1),
    );
    return ['last', ...runs].map((text) => ({ text, meaning: '' }));
  }

  #configuration(): Configured | null {
    this.#configured ??= configureIn(this.#context, this.#directory, this.#options);
    return this.#configured;
  }

  #graph(): Pick<Graph, 'tasks'> {
    return this.#configuration()?.graph ?? { tasks: [] };
  }

  /** What the file says as it stands; nothing, and read in no time, where it cannot have the key. */
  #yaml(key: string): Json {
    try {
      const text = readFileSync(join(this.#directory, MANIFEST_FILE), 'utf8');
      // A key may be written with escapes.
      return text.includes(key) || text.includes('\\') ? readYaml(text, MANIFEST_FILE).value : null;
    } catch {
      return null;
    }
  }
}

/** What a parameter's path may begin with. */
const WHOLE = 'params.';

interface Leaf {
  readonly path: readonly string[];
  readonly value: Json;
}

function leaves(params: JsonObject, prefix: readonly string[]): Leaf[] {
  return Object.entries(params).flatMap(([name, value]) => {
    const path = [...prefix, name];
    return isMapping(value) && Object.keys(value).length > 0 ? leaves(value, path) : [{ path, value }];
  });
}

/** How each option or argument that takes a value is completed, by its name. */
export const completed: Readonly<Record<string, (project: Project, word: string) => Candidate[]>> = {
  profile: (project) => project.profiles(),
  set: (project, word) => project.parameters(word),
  until: (project) => project.stages(),
  stages: (project, word) => project.tasks(word),
  tasks: (project, word) => project.tasks(word),
  task: (project, word) => project.tasks(word),
  artifact: (project, word) => project.artifacts(word),
  run: (project) => project.runs(),
  as: (project) => project.experiments(),
  experiments: (project) => project.experiments(),
  baseline: (project) => [...project.experiments(), { text: WORKSPACE, meaning: 'the project as it is' }],
  grid: (project, word) => project.grid(word),
  resource: (project) => project.resources(),
  sort: (project) => project.metrics(),
  metrics: (project) => project.metrics(),
};

/** Those that only whoever types can know, or of which a shell knows more: files, revisions. */
export const free = [
  'on',
  'rows',
  'out',
  'C',
  'jobs',
  'gpus',
  'memory',
  'max-size',
  'max-age',
  'remote',
  'directory',
  'revision',
  'before',
  'after',
  'random',
  'seed',
  'name',
  'over',
  'port',
  'where',
  'columns',
];
