import fc from 'fast-check';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../store/temporary.ts';
import { nightly, start } from './kills.ts';
import { TestProject } from './project.ts';

// As `model.test.ts`, of which there are thousands of steps in memory, with the program, its processes and the disk.

/** What is done to one of two projects that share a store, and a number that says which way. */
interface Step {
  readonly what: keyof typeof deeds;
  readonly project: 0 | 1;
  readonly by: number;
}

interface Sources {
  readonly text: number;
  readonly values: readonly number[];
  readonly command: number;
  readonly place: string;
  readonly report: boolean;
}

interface Side {
  readonly project: TestProject;
  readonly env: NodeJS.ProcessEnv;
  sources: Sources;
  readonly commits: { readonly sources: Sources; readonly lock: string }[];
}

const beginning: Sources = { text: 0, values: [1, 2], command: 0, place: 'tree', report: true };

function filesOf({ text, values, command, place, report }: Sources): Record<string, string> {
  const stages = {
    each: {
      cmd: `sleep 0.0${command}; cat {inputs.a} > {outputs.x}; echo ${command} >> {outputs.x}`,
      inputs: { a: './a' },
      matrix: { k: values },
      outputs: { x: 'x' },
    },
    tree: {
      cmd: 'mkdir -p {outputs.d}/sub; cat {inputs.x} > {outputs.d}/sub/all; echo {inputs.x} | wc -w > {outputs.d}/count',
      inputs: { x: { from: 'each.x', gather: ['k'] } },
      outputs: { d: `${place}/` },
    },
    ...(report && {
      report: { cmd: 'cat {inputs.d}/sub/all > {outputs.r}', inputs: { d: 'tree.d' }, outputs: { r: 'r' } },
    }),
  };
  return { 'pipeline.yaml': JSON.stringify({ version: 1, stages }), a: `${text}\n` };
}

function change(side: Side, sources: Partial<Sources>): void {
  side.sources = { ...side.sources, ...sources };
  side.project.write(filesOf(side.sources));
}

async function pipe({ project, env }: Side, ...args: string[]): Promise<number | null> {
  const [status] = await start(project, args, env).exit;
  return status;
}

const lists = [[1], [1, 2], [2, 1, 3], [3]];

const deeds = {
  text: (side: Side, by: number) => {
    change(side, { text: by % 3 });
  },
  values: (side: Side, by: number) => {
    change(side, { values: lists[by % lists.length]! });
  },
  command: (side: Side, by: number) => {
    change(side, { command: by % 3 });
  },
  place: (side: Side, by: number) => {
    change(side, { place: ['tree', 'sub/tree', 'tree/below'][by % 3]! });
  },
  report: (side: Side) => {
    change(side, { report: !side.sources.report });
  },
  /** Something else is changed first, so that there is something to do. */
  kill: async (side: Side, by: number) => {
    change(side, { text: by % 3, command: by % 2 });
    const { child, exit } = start(side.project, ['run', '--jobs', '2'], side.env);
    await sleep(by % 600);
    child.kill('SIGKILL');
    await exit;
  },
  interrupt: async (side: Side, by: number) => {
    change(side, { text: by % 3, command: by % 2 });
    const { child, exit } = start(side.project, ['run', '--jobs', '2'], side.env);
    await sleep(by % 600);
    child.kill('SIGINT');
    await exit;
  },
  gc: async (side: Side, by: number) => {
    expect(await pipe(side, 'gc', ...(by % 2 === 0 ? ['--max-age', '1h'] : []))).toBe(0);
  },
  gcBesideRun: async (side: Side, by: number) => {
    change(side, { text: by % 3 });
    const statuses = await Promise.all([pipe(side, 'run'), pipe(side, 'gc')]);
    expect(statuses).toEqual([0, 0]);
  },
  remove: ({ project }: Side, by: number) => {
    const paths = Object.keys(artifactsOf(project));
    const path = paths[by % Math.max(1, paths.length)];
    if (path !== undefined) rmSync(project.path(join('artifacts', path)), { force: true });
  },
  forget: ({ project }: Side) => {
    rmSync(project.path('cache/local'), { recursive: true, force: true });
  },
  move: ({ project }: Side) => {
    // Away and back, as a backup would do it: every file has other times and another inode.
    const away = `${project.directory}.away`;
    cpSync(project.directory, away, { recursive: true, verbatimSymlinks: true });
    for (const name of readdirSync(project.directory))
      rmSync(project.path(name), { recursive: true, force: true });
    cpSync(away, project.directory, { recursive: true, verbatimSymlinks: true });
    rmSync(away, { recursive: true, force: true });
  },
  commit: async (side: Side) => {
    expect(await pipe(side, 'run')).toBe(0);
    side.commits.push({ sources: side.sources, lock: side.project.read('pipe.lock') });
  },
  checkout: (side: Side, by: number) => {
    const commit = side.commits[by % Math.max(1, side.commits.length)];
    if (commit === undefined) return;
    change(side, commit.sources);
    side.project.write({ 'pipe.lock': commit.lock });
  },
};

/** Texts by path; what was moved aside for somebody is theirs. */
function artifactsOf(project: TestProject): Record<string, string> {
  const visit = (path: string): [string, string][] =>
    readdirSync(project.path(join('artifacts', path)), { withFileTypes: true }).flatMap((entry) => {
      const below = join(path, entry.name);
      if (entry.name === '.aside') return [];
      return entry.isDirectory()
        ? visit(below)
        : [[below, readFileSync(project.path(join('artifacts', below)), 'utf8')]];
    });
  return existsSync(project.path('artifacts')) ? Object.fromEntries(visit('')) : {};
}

const built = new Map<string, object>();

async function cleanBuild(sources: Sources): Promise<object> {
  const key = JSON.stringify(sources);
  const known = built.get(key);
  if (known !== undefined) return known;
  const project = new TestProject(filesOf(sources));
  await project.run();
  const found = resultsOf(project);
  built.set(key, found);
  return found;
}

function resultsOf(project: TestProject): object {
  return { lock: project.read('pipe.lock'), artifacts: artifactsOf(project) };
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...(Object.keys(deeds) as (keyof typeof deeds)[])),
  project: fc.constantFrom(0, 1),
  by: fc.nat({ max: 0xfffff }),
});

/** As for `model.test.ts`. */
const seed = Number(process.env['MODEL_SEED'] ?? (nightly ? Date.now() % 1_000_000 : 1));
const numRuns = Number(process.env['MODEL_RUNS'] ?? (nightly ? 40 : 1));
const maxLength = Number(process.env['MODEL_STEPS'] ?? (nightly ? 25 : 4));

test(
  'whatever is done to two real projects with one store, a run ends with the bytes and the lock of a clean build',
  { timeout: nightly ? 7_200_000 : 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: maxLength, maxLength }), async (all) => {
        const cacheDirectory = temporaryDirectory();
        const sides = [0, 1].map((): Side => {
          const project = new TestProject(filesOf(beginning), { cacheDirectory });
          const env = { ...process.env, PIPE_CACHE_DIR: cacheDirectory };
          return { project, env, sources: beginning, commits: [] };
        });
        for (const { what, project, by } of all) {
          const side = sides[project]!;
          await deeds[what](side, by);
          expect(await pipe(side, 'run', '--jobs', '2')).toBe(0);
          expect(resultsOf(side.project)).toEqual(await cleanBuild(side.sources));
          expect(await side.project.states()).toEqual({});
        }
      }),
      { seed, numRuns, endOnFailure: true },
    );
  },
);
