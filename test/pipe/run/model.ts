import { posix } from 'node:path';
import { vi } from 'vitest';
import { lockFrom } from '../../../lib/pipe/store/lock.ts';
import { ActionCache } from '../../../lib/pipe/store/actions.ts';
import { collectGarbage } from '../../../lib/pipe/upkeep/gc.ts';
import { restoreOutputs } from '../../../lib/pipe/upkeep/restore.ts';
import * as disk from '../memory/disk.ts';
import { refusal } from '../memory/nodes.ts';
import * as processes from '../memory/processes.ts';
import { finished, MemoryProject, pipelineOf } from '../memory/project.ts';
import { settled, type Program } from '../memory/runner.ts';

/** What somebody does to one of two projects that share a store; `by` is a number that says which way. */
export interface Step {
  readonly what: keyof typeof deeds;
  readonly project: 0 | 1;
  readonly by: number;
}

/** What a stage is like. All of it may change. */
interface StageShape {
  readonly there: boolean;
  readonly command: number;
  readonly name: number;
  /** Of an axis; none without one. */
  readonly values: readonly number[];
  readonly chained: boolean;
  readonly directory: boolean;
  readonly path: number;
  readonly source: number;
}

interface Sources {
  readonly stages: readonly StageShape[];
  readonly texts: readonly string[];
  /** Files of the input directory. */
  readonly inside: readonly boolean[];
}

const plain: StageShape = {
  there: true,
  command: 0,
  name: 0,
  values: [],
  chained: false,
  directory: false,
  path: 0,
  source: 0,
};

const beginning: Sources = {
  stages: [
    plain,
    { ...plain, values: [1, 2], source: 3 },
    { ...plain, values: [1, 2], chained: true, source: 3 },
    { ...plain, directory: true, source: 5 },
  ],
  texts: ['one', 'two'],
  inside: [true, false, false],
};

const most = 3;
const files = ['a', 'b'];

function nameOf(index: number, { name }: StageShape): string {
  return name === 0 ? `s${index}` : `s${index}-${name}`;
}

/** The pipeline of these sources; what a stage reads may be gone, so that it reads a file instead. */
function pipelineText({ stages }: Sources): string {
  const inputOf = (index: number, source: number): object | string => {
    const before = stages.slice(0, index).flatMap((stage, at) => (stage.there ? [at] : []));
    const choice = source % (3 + before.length);
    if (choice < 2) return `./${files[choice]!}`;
    const at = before[choice - 3];
    if (choice === 2 || at === undefined) return './in/';
    const from = `${nameOf(at, stages[at]!)}.x`;
    return stages[at]!.values.length === 0 ? from : { from, gather: [`k${at}`] };
  };
  const declared = stages.flatMap((stage, index) => {
    if (!stage.there) return [];
    const axis = `k${index}`;
    const { values, chained, directory } = stage;
    const axes =
      values.length === 0
        ? {}
        : chained
          ? { scan: { axis, values, carry: { before: 'x' } } }
          : { matrix: { [axis]: values } };
    const before = values.length > 0 && chained ? ' {inputs.before}' : '';
    const program = `${directory ? 'tree' : 'file'}${stage.command}`;
    const below = `${nameOf(index, stage)}/${values.length === 0 ? '' : '{axes}/'}x/y`;
    const place = ['x', 'y', below][stage.path % 3]!;
    const declaration = {
      cmd: `${program} {inputs.i}${before} > {outputs.x}`,
      ...axes,
      inputs: { i: inputOf(index, stage.source) },
      outputs: { x: directory ? `${place}/` : place },
    };
    return [[nameOf(index, stage), declaration] as const];
  });
  return pipelineOf(Object.fromEntries(declared));
}

/** The bytes of a file, or of all files in a directory under their names. */
function textAt(path: string): string {
  if (!disk.statSync(path)!.isDirectory()) return disk.readFileSync(path, 'utf8');
  const names = (disk.readdirSync(path) as string[]).sort();
  return `[${names.map((name) => `${name}:${textAt(posix.join(path, name))}`).join(' ')}]`;
}

const programs: Readonly<Record<string, Program>> = Object.fromEntries(
  ['file', 'tree'].flatMap((kind) =>
    Array.from({ length: most }, (_, version) => [
      `${kind}${version}`,
      ({ inputs, outputs: [place] }): undefined => {
        const text = `${version}(${inputs.map(textAt).join(',')})`.slice(0, 400);
        if (kind === 'file') {
          disk.writeFileSync(place!, text);
          return;
        }
        if (!disk.existsSync(place!)) disk.mkdirSync(place!);
        disk.mkdirSync(`${place}/sub`);
        disk.mkdirSync(`${place}/none`);
        disk.writeFileSync(`${place}/one`, text);
        disk.writeFileSync(`${place}/sub/two`, String(version));
        return undefined;
      },
    ]),
  ),
);

interface Side {
  readonly made: MemoryProject;
  sources: Sources;
  /** What was committed: sources, and the lock beside them. */
  readonly commits: { readonly sources: Sources; readonly lock: string }[];
  /** Paths that somebody wrote to by hand: these may stay where nothing is made any more. */
  readonly touched: Set<string>;
}

const cacheDirectory = '/shared';

/** Two projects in the world of a test, in which nothing has happened yet. */
export class World {
  readonly sides: readonly Side[];

  constructor() {
    this.sides = [undefined, '/two'].map((directory) => {
      const made = new MemoryProject({}, { cacheDirectory, ...(directory !== undefined && { directory }) });
      made.runner.programs = programs;
      const side = { made, sources: beginning, commits: [], touched: new Set<string>() };
      writeSources(side.made, beginning, null);
      return side;
    });
  }

  /** Does it, and looks whether everything is then as a clean build would have it. */
  async take({ what, project, by }: Step): Promise<void> {
    const side = this.sides[project]!;
    // What the store may have lost since cannot be brought back, and stays where it lies.
    if (what === 'damage' || what === 'killThenGc')
      for (const { made, touched } of this.sides)
        for (const path of Object.keys(made.files('artifacts'))) touched.add(path);
    await deeds[what](side, by);
    vi.setSystemTime(Date.now() + 10_000);
    await expectClean(side);
  }
}

function writeSources(made: MemoryProject, sources: Sources, before: Sources | null): void {
  made.write({ 'pipeline.yaml': pipelineText(sources) });
  sources.texts.forEach((text, index) => {
    if (text !== before?.texts[index]) made.write({ [files[index]!]: text });
  });
  if (!disk.existsSync(made.path('in'))) disk.mkdirSync(made.path('in'));
  sources.inside.forEach((there, index) => {
    const name = `in/${index}`;
    if (there && !disk.existsSync(made.path(name))) made.write({ [name]: String(index) });
    if (!there && disk.existsSync(made.path(name))) made.remove(name);
  });
}

function change(side: Side, sources: Partial<Sources>): void {
  const before = side.sources;
  side.sources = { ...before, ...sources };
  writeSources(side.made, side.sources, before);
}

function changeStage(side: Side, by: number, how: (stage: StageShape) => Partial<StageShape>): void {
  const at = by % side.sources.stages.length;
  const stages = side.sources.stages.map((stage, index) =>
    index === at ? { ...stage, ...how(stage) } : stage,
  );
  change(side, { stages });
}

/** Runs with trouble at one change to the disk, and goes on once nothing of it does anything any more. */
async function runInto(side: Side, trouble: (change: disk.Change) => void): Promise<void> {
  disk.meet(trouble);
  const run = side.made.ask({ jobs: 1 }).then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([run, settled().then(settled).then(settled)]);
  disk.meet(null);
  processes.startAnew();
}

class Killed extends Error {}

const cut = (at: number) => (each: disk.Change) => {
  if (each.nth >= at) throw new Killed();
};

/** All that can happen. */
export const deeds = {
  text: (side: Side, by: number) => {
    const texts = side.sources.texts.map((text, index) =>
      index === by % 2 ? ['one', 'two', 'three'][by % 3]! : text,
    );
    change(side, { texts });
  },
  inside: (side: Side, by: number) => {
    change(side, { inside: side.sources.inside.map((there, index) => (index === by % 3 ? !there : there)) });
  },
  command: (side: Side, by: number) => {
    changeStage(side, by, ({ command }) => ({ command: (command + 1) % most }));
  },
  values: (side: Side, by: number) => {
    const lists = [[], [1], [1, 2], [2, 1, 3], [3]];
    changeStage(side, by, () => ({ values: lists[by % lists.length]! }));
  },
  chain: (side: Side, by: number) => {
    changeStage(side, by, ({ chained }) => ({ chained: !chained }));
  },
  kind: (side: Side, by: number) => {
    changeStage(side, by, ({ directory }) => ({ directory: !directory }));
  },
  place: (side: Side, by: number) => {
    changeStage(side, by, () => ({ path: by % 3 }));
  },
  name: (side: Side, by: number) => {
    changeStage(side, by, ({ name }) => ({ name: 1 - name }));
  },
  source: (side: Side, by: number) => {
    changeStage(side, by, () => ({ source: by % 7 }));
  },
  remove: (side: Side, by: number) => {
    changeStage(side, by, ({ there }) => ({ there: !there }));
  },
  run: async (side: Side, by: number) => {
    const tasks = side.made.load().graph.tasks.map(({ index }) => index);
    const some = new Set(tasks.filter((index) => (by >> (index % 20)) % 2 === 0));
    await side.made.ask({
      jobs: 1 + (by % 3),
      selection: by % 2 === 0 ? new Set(tasks) : some,
      force: by % 5 === 0 ? some : new Set(),
    });
  },
  kill: (side: Side, by: number) => runInto(side, cut(by % 150)),
  killThenGc: async (side: Side, by: number) => {
    await runInto(side, cut(by % 150));
    collect(side, by);
  },
  refuse: (side: Side, by: number) =>
    runInto(side, ({ nth, syscall, path }) => {
      if (nth === by % 150) throw refusal('ENOSPC', syscall, path);
    }),
  /** Of what was there before, everything is on the disk. */
  power: async (side: Side, by: number) => {
    disk.sync();
    await runInto(side, cut(by % 150));
    disk.losePower(by % 2 === 0 ? 'kept' : 'lost');
    processes.startMachineAnew();
  },
  gc: (side: Side, by: number) => {
    collect(side, by);
  },
  commit: async (side: Side) => {
    await side.made.run({ jobs: 1 });
    side.commits.push({ sources: side.sources, lock: side.made.read('pipe.lock') });
  },
  checkout: (side: Side, by: number) => {
    const { commits } = side;
    if (commits.length === 0) return;
    const { sources, lock } = commits[by % commits.length]!;
    change(side, sources);
    side.made.write({ 'pipe.lock': lock });
  },
  restore: async (side: Side, by: number) => {
    const { commits, made } = side;
    if (commits.length === 0) return;
    const { sources, lock } = commits[by % commits.length]!;
    change(side, sources);
    const build = { ...made.load(), lock: lockFrom(lock) };
    const { signal } = new AbortController();
    await restoreOutputs(made.engine, build, { signal, waiting: () => undefined });
  },
  touch: (side: Side, by: number) => {
    const paths = Object.keys(side.made.files('artifacts'));
    const path = paths[by % paths.length];
    if (path === undefined) return;
    side.touched.add(path);
    if (by % 2 === 0) side.made.write({ [path]: 'by hand' });
    else side.made.remove(path);
  },
  damage: (side: Side, by: number) => {
    const paths = filesIn(cacheDirectory);
    const path = paths[by % paths.length];
    if (path === undefined) return;
    if (by % 3 === 0) disk.rmSync(path, {});
    else {
      const text = disk.readFileSync(path, 'utf8');
      disk.chmodSync(path, 0o644);
      disk.writeFileSync(path, by % 3 === 1 ? text.slice(0, -1) : text.replace(/[0-9a-z]/, '#'));
    }
  },
  unlock: (side: Side, by: number) => {
    if (!disk.existsSync(side.made.path('pipe.lock'))) return;
    const lines = side.made.read('pipe.lock').split('\n');
    lines.splice(by % lines.length, 1);
    side.made.write({ 'pipe.lock': lines.join('\n') });
  },
  forget: (side: Side, by: number) => {
    const names = ['files.stat', 'blobs.stat', 'standing', 'checks.json'];
    disk.rmSync(side.made.path(`cache/local/${names[by % names.length]!}`), { force: true });
  },
};

function collect({ made }: Side, by: number): void {
  const hour = 3_600_000;
  const maxAge = [null, 0, hour][by % 3]!;
  const maxSize = by % 4 === 0 ? by % 5000 : null;
  vi.setSystemTime(Date.now() + 2 * hour);
  collectGarbage(made.layout, new ActionCache(made.layout), { maxAge, maxSize, dryRun: by % 5 === 0 });
}

function filesIn(directory: string): string[] {
  if (!disk.existsSync(directory)) return [];
  return (disk.readdirSync(directory) as string[]).sort().flatMap((name) => {
    const path = posix.join(directory, name);
    return disk.statSync(path)!.isDirectory() ? filesIn(path) : [path];
  });
}

/** What clean builds of sources gave, by the sources. */
const built = new Map<string, Readonly<Record<string, string>>>();

async function cleanBuild(sources: Sources): Promise<Readonly<Record<string, string>>> {
  const key = JSON.stringify(sources);
  const known = built.get(key);
  if (known !== undefined) return known;
  const back = disk.keep();
  const made = new MemoryProject({});
  made.runner.programs = programs;
  writeSources(made, sources, null);
  finished(await made.ask({ jobs: 1 }));
  const found = resultsOf(made);
  back();
  built.set(key, found);
  return found;
}

function resultsOf(made: MemoryProject): Record<string, string> {
  return { lock: made.read('pipe.lock'), ...made.files('artifacts') };
}

/** After a run, bytes and lock are those of a clean build, and nothing more is to do. */
async function expectClean({ made, sources, touched }: Side): Promise<void> {
  let { failures, unsaved } = finished(await made.ask({ jobs: 2 }));
  // Somebody's own files where outputs are to be stay until they are moved.
  for (const path of touched) {
    if (
      !failures.some(
        ({ failure }) => 'message' in failure && failure.message.startsWith(`${path} is in its way`),
      )
    )
      continue;
    made.remove(path);
    ({ failures, unsaved } = finished(await made.ask({ jobs: 2 })));
  }
  if (failures.length > 0 || unsaved !== null)
    throw new Error(`it fails: ${JSON.stringify([failures, unsaved])}`);
  const [now, clean] = [resultsOf(made), await cleanBuild(sources)];
  for (const path of new Set([...Object.keys(now), ...Object.keys(clean)])) {
    if (now[path] === clean[path]) continue;
    if (clean[path] === undefined && touched.has(path)) continue;
    throw new Error(
      `${path} is ${unlike(now[path], clean[path])}, and of a clean build ${unlike(clean[path], now[path])}`,
    );
  }
  const left = Object.entries(await made.states());
  if (left.length > 0) throw new Error(`after a run, there is more to do: ${JSON.stringify(left)}`);
}

/** The lines of a text that another does not have. */
function unlike(text: string | undefined, other: string | undefined): string {
  if (text === undefined) return 'missing';
  const lines = new Set(other?.split('\n'));
  return text
    .split('\n')
    .filter((line) => !lines.has(line))
    .map((line) => line.slice(0, 200))
    .join('\n');
}
