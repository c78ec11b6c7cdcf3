import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { taskRequest, type RequestParts } from '../../../lib/pipe/execute/request.ts';
import type { Task, TaskSource } from '../../../lib/pipe/graph/graph.ts';
import type { BlobStore } from '../../../lib/pipe/store/blobs.ts';
import { EMPTY } from '../../../lib/pipe/store/tree.ts';
import { graphOf } from '../plan/builder.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const [one, two] = [digestOf('one'), digestOf('two')];
const tree = [
  { path: 'a', digest: one },
  { path: 'none/', digest: EMPTY },
  { path: 'sub/b', digest: two },
];

interface Options {
  readonly work?: Task['stage']['work'];
  readonly sources?: readonly TaskSource[];
  readonly parts?: Partial<RequestParts>;
  readonly change?: Partial<Task>;
}

/** What a task is told that reads a file and a directory of another, and files of the project. */
function told({ work = { kind: 'use', module: 'm.ts' }, sources = [], parts = {}, change = {} }: Options) {
  const [maker, reader] = graphOf([{ id: 'maker' }, { id: 'reader', work }]).tasks;
  const outputs = [
    { name: 'file', path: 'artifacts/maker/file', directory: false },
    { name: 'dir', path: 'artifacts/maker/dir', directory: true },
  ];
  const task = { ...reader!, inputs: [{ name: 'in', sources }], ...change };
  const tasks = [{ ...maker!, outputs }, task];
  const project = temporaryDirectory();
  mkdirSync(join(project, 'work'));
  const request = taskRequest(task, {
    project,
    graph: { tasks, byId: new Map(), absent: [] },
    known: [{ file: one, dir: two }, null],
    sources: {
      files: (source) =>
        source.kind === 'path' ? [{ name: source.path }] : [{ name: 'x/1.txt' }, { name: 'x/2.txt' }],
      isDirectory: ({ path }) => path === 'folder',
    },
    blobs: { path: (digest: string) => `/store/${digest}`, tree: () => tree } as unknown as BlobStore,
    environment: { PATH: '/bin', OTHER: 'no' },
    bundle: '/bundle.mjs',
    python: null,
    work: { path: join(project, 'work/1'), outputs: { out: '/work/out' } },
    threads: 3,
    devices: [],
    ...parts,
  });
  return { request, project };
}

const output = (at: number, file?: string): TaskSource => ({
  kind: 'output',
  task: 0,
  output: at,
  point: { k: 1 },
  ...(file !== undefined && { file }),
});
const path = (name: string, external = false): TaskSource => ({ kind: 'path', path: name, external });

describe('a module', () => {
  const inputsOf = (...sources: TaskSource[]) => {
    const { request, project } = told({ sources });
    if (request.kind !== 'use') throw new Error('it is a command');
    return { inputs: request.inputs['in'], directories: request.directories, project };
  };

  test('reads an output of another task in the store, under its readable name and place', () => {
    expect(inputsOf(output(0)).inputs).toEqual([
      { path: `/store/${one}`, name: 'artifacts/maker/file', point: { k: 1 } },
    ]);
  });

  test('reads of a directory the files, or the one it asks for, and no empty directory', () => {
    expect(inputsOf(output(1)).inputs).toEqual([
      { path: `/store/${one}`, name: 'artifacts/maker/dir/a', point: { k: 1 } },
      { path: `/store/${two}`, name: 'artifacts/maker/dir/sub/b', point: { k: 1 } },
    ]);
    expect(inputsOf(output(1, 'sub/b')).inputs).toEqual([
      { path: `/store/${two}`, name: 'artifacts/maker/dir/sub/b', point: { k: 1 } },
    ]);
  });

  test('reads nothing of a directory whose listing the store lost', () => {
    const blobs = { path: (digest: string) => `/store/${digest}`, tree: () => null } as unknown as BlobStore;
    expect(told({ sources: [output(1)], parts: { blobs } }).request).toMatchObject({ inputs: { in: [] } });
  });

  test('reads files of the project where they lie, and knows which of them are directories', () => {
    const { inputs, directories, project } = inputsOf(path('a.txt'), path('folder'), path('/abs', true));
    expect(inputs).toEqual([
      { path: join(project, 'a.txt'), name: 'a.txt', point: {} },
      { path: join(project, 'folder'), name: 'folder', point: {} },
      { path: '/abs', name: '/abs', point: {} },
    ]);
    expect(directories).toEqual([join(project, 'folder')]);
  });

  test('is told its parameters, place, outputs, threads and devices', () => {
    const change = {
      point: { k: 2 },
      previous: 1,
      params: { values: { rate: 0.1 }, origins: [] },
    };
    const { request } = told({ change, parts: { devices: ['GPU-1', '3'] } });
    expect(request).toMatchObject({
      kind: 'use',
      task: 'reader',
      bundle: '/bundle.mjs',
      python: null,
      params: { rate: 0.1 },
      parameters: '{"rate":0.1}',
      point: { k: 2 },
      previous: 1,
      outputs: { out: '/work/out' },
      threads: 3,
      memory: null,
      devices: ['GPU-1', '3'],
      timeout: null,
    });
    expect(request.env).toEqual({ PATH: '/bin', CUDA_VISIBLE_DEVICES: 'GPU-1,3' });
    expect(told({}).request.env).toEqual({ PATH: '/bin' });
    expect(told({ parts: { bundle: null } }).request).toMatchObject({ bundle: '' });
  });
});

describe('a command', () => {
  const work = (command: string, cwd = '') => ({ kind: 'cmd', command, cwd, shell: 'bash' }) as const;
  const scriptOf = (options: Options) => {
    const { request, project } = told(options);
    if (request.kind !== 'cmd') throw new Error('it is a module');
    return { script: request.words.at(-1)!, request, project };
  };

  test('reads under readable names, seen from where it runs; what is elsewhere by its whole path', () => {
    const sources = [output(0), output(1), output(1, 'sub/b'), path('a.txt'), path('/abs', true)];
    expect(scriptOf({ work: work('x {inputs.in} > {outputs.out}'), sources }).script).toBe(
      'x artifacts/maker/file artifacts/maker/dir artifacts/maker/dir/sub/b a.txt /abs > /work/out',
    );
    const { script, request, project } = scriptOf({ work: work('x {inputs.in}', 'sub'), sources });
    expect(script).toContain('x ../artifacts/maker/file ../artifacts/maker/dir');
    expect(request.cwd).toBe(join(project, 'sub'));
  });

  test('is given all that a glob matches, its own directory as a dot, and no option', () => {
    const glob = { kind: 'glob', pattern: 'x/*.txt', external: false } as unknown as TaskSource;
    expect(scriptOf({ work: work('x {inputs.in}'), sources: [glob] }).script).toBe('x x/1.txt x/2.txt');
    expect(scriptOf({ work: work('x {inputs.in}', 'sub'), sources: [path('sub')] }).script).toBe('x .');
    expect(scriptOf({ work: work('x {inputs.in}'), sources: [path('-rf')] }).script).toBe('x ./-rf');
  });

  test('finds its parameters in a file, where it has any, and in the environment its threads and where to write progress', () => {
    const { request, project } = scriptOf({
      work: work('x {params}'),
      change: { params: { values: { rate: 0.1 }, origins: [] } },
    });
    const file = join(project, 'work/1.params.json');
    const told = (project: string) => ({
      PATH: '/bin',
      PIPE_THREADS: '3',
      PIPE_PROGRESS: join(project, 'work/1.progress'),
    });
    expect(request.env).toEqual({ ...told(project), PIPE_PARAMS: file });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ rate: 0.1 });
    const without = scriptOf({ work: work('x') });
    expect(without.request.env).toEqual(told(without.project));
  });

  test('of a stage with Python code is told its interpreter', () => {
    const python = { executable: '/bin/my python', files: [], kept: '/kept' };
    expect(scriptOf({ work: work('{python} x.py'), parts: { python } }).script).toBe(`'/bin/my python' x.py`);
    expect(scriptOf({ work: work('{python} x.py') }).script).toBe('{python} x.py');
  });

  test('that holds GPUs sees these, and else what the caller sees', () => {
    const seen = (devices: readonly string[]) =>
      scriptOf({ work: work('x'), parts: { devices, environment: { CUDA_VISIBLE_DEVICES: '7' } } }).request
        .env['CUDA_VISIBLE_DEVICES'];
    expect([seen([]), seen(['3']), seen(['3', '5'])]).toEqual(['7', '3', '3,5']);
  });

  test('finds a list of files, one a line, and its script if that is long, beside its work', () => {
    const sources = [path('a'), path('b c')];
    const { script, project } = scriptOf({ work: work('x {inputs.in.list}'), sources });
    const file = join(project, 'work/1.in.list');
    expect(script).toContain(file);
    expect(readFileSync(file, 'utf8')).toBe('a\nb c\n');
    const long = scriptOf({ work: work(`echo ${'x'.repeat(130_000)}`) });
    expect(long.script).toBe(join(long.project, 'work/1.sh'));
    expect(readFileSync(long.script, 'utf8')).toHaveLength('echo '.length + 130_000);
  });
});
