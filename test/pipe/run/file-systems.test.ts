import { afterEach, describe, expect, test, vi } from 'vitest';
import * as disk from '../memory/disk.ts';
import { refusal } from '../memory/nodes.ts';
import { MemoryProject, pipelineOf } from '../memory/project.ts';
import { copyWithName } from '../memory/runner.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

const stages = {
  first: { cmd: 'first {inputs.a} > {outputs.x}', inputs: { a: './a' }, outputs: { x: 'x' } },
  all: {
    cmd: 'all {inputs.x} > {outputs.report}',
    inputs: { x: 'first.x' },
    outputs: { report: 'report/' },
  },
};

function project(): MemoryProject {
  const made = new MemoryProject({ 'pipeline.yaml': pipelineOf(stages), a: 'one' });
  made.runner.programs = {
    first: (call) => {
      copyWithName(call);
      return undefined;
    },
    all: ({ inputs, outputs: [place] }) => {
      disk.mkdirSync(`${place!}/sub`);
      disk.writeFileSync(`${place!}/sub/lines`, disk.readFileSync(inputs[0]!, 'utf8'));
      return undefined;
    },
  };
  return made;
}

/** No name can be given there to what lies elsewhere. */
function apart(place: string): void {
  disk.meet(({ syscall, path }) => {
    if (syscall === 'rename' && path.startsWith(place)) throw refusal('EXDEV', 'rename', path);
  });
}

const places = [
  ['where tasks write', '/project/cache/work/'],
  ['where outputs lie in the end', '/project/artifacts/.incoming/'],
] as const;

afterEach(() => {
  disk.meet(null);
});

describe.each(places)('on a file system of its own, %s', (_, place) => {
  test('holds what a run makes, changes and takes away, and nothing else', async () => {
    const made = project();
    await made.run();
    const expected = { lock: made.read('pipe.lock'), ...made.files('artifacts') };

    const other = project();
    apart(place);
    expect(await other.run()).toEqual({ first: 'ran', all: 'ran' });
    expect({ lock: other.read('pipe.lock'), ...other.files('artifacts') }).toEqual(expected);
    expect(await other.run()).toEqual({});
    expect(Object.keys(other.files('cache')).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    other.write({ a: 'two' });
    expect(await other.run()).toEqual({ first: 'ran', all: 'ran' });
    expect(other.read('artifacts/all/report/sub/lines')).toBe(other.read('artifacts/first/x'));
    other.write({ a: 'one' });
    expect(await other.run()).toEqual({ first: 'restored', all: 'restored' });
    expect(other.files('artifacts')).toEqual(made.files('artifacts'));
  });

  test('loses what no stage makes any more, and keeps what is somebody’s own', async () => {
    const made = project();
    apart(place);
    await made.run();
    made.write({ 'artifacts/all/report/own': 'mine', a: 'two' });
    await made.run();
    expect(made.read('artifacts/.aside/all/report/own')).toBe('mine');
    made.write({ 'pipeline.yaml': pipelineOf({ first: stages.first }) });
    await made.run();
    expect(Object.keys(made.files('artifacts')).sort()).toEqual([
      'artifacts/.aside/all/report/own',
      'artifacts/first/x',
    ]);
  });
});
