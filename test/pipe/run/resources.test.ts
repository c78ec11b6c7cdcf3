import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { python } from '../python/project.ts';
import { TestProject } from './project.ts';

const environment = { PATH: process.env['PATH'], CUDA_VISIBLE_DEVICES: '4,6' };

/** Four tasks that tell which GPUs they see and when they come and go, and two that need both. */
const pipeline = `version: 1
resources: { licence: 1 }
stages:
  one:
    cmd: 'echo +$CUDA_VISIBLE_DEVICES >> log; echo {n} > {outputs.x}; sleep 0.05; echo -$CUDA_VISIBLE_DEVICES >> log'
    matrix: { n: [1, 2, 3, 4] }
    outputs: { x: x.txt }
    resources: { gpus: 1 }
  two:
    cmd: 'echo +$CUDA_VISIBLE_DEVICES >> log; echo {n} > {outputs.x}; sleep 0.05; echo -$CUDA_VISIBLE_DEVICES >> log'
    matrix: { n: [1, 2] }
    outputs: { x: x.txt }
    resources: { gpus: 2, licence: 1 }
`;

describe('of two GPUs', () => {
  test('each task sees the one that it holds, and those that need two hold both alone', async () => {
    const project = new TestProject({ 'pipeline.yaml': pipeline }, { environment });
    await project.run({ jobs: 8 });
    const held = new Set<string>();
    const lines = project.read('log').trim().split('\n');
    for (const line of lines) {
      for (const device of line.slice(1).split(',')) {
        expect(['4', '6']).toContain(device);
        expect(held.has(device)).toBe(line.startsWith('-'));
        if (line.startsWith('+')) held.add(device);
        else held.delete(device);
      }
    }
    expect(lines.filter((line) => line === '+4,6')).toHaveLength(2);
    expect(lines.filter((line) => line === '+4' || line === '+6')).toHaveLength(4);
  });

  test('what a task holds is part of no fingerprint', async () => {
    const project = new TestProject({ 'pipeline.yaml': pipeline }, { environment });
    await project.run({ jobs: 8 });
    project.edit('pipeline.yaml', '{ gpus: 2, licence: 1 }', '{ gpus: 1, memory: 1 MB }');
    expect(await project.run()).toEqual({});
  });

  test('a TypeScript stage is told of those that it holds; one that asks for none sees what the caller sees', async () => {
    const project = new TestProject(
      {
        'pipeline.yaml': `version: 1
stages:
  held: { use: held.ts, outputs: { x: x.txt }, resources: { gpu: 0.5, memory: 1000 } }
  free: { cmd: 'echo $CUDA_VISIBLE_DEVICES > {outputs.x}', outputs: { x: x.txt } }
`,
        'held.ts': `import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  params: z.strictObject({}),
  axes: z.strictObject({}),
  inputs: {},
  outputs: ['x'],
  async run({ devices, memory, outputs }) {
    await writeFile(outputs.x, JSON.stringify([devices, process.env.CUDA_VISIBLE_DEVICES, memory]));
  },
});
`,
      },
      { environment },
    );
    expect(await project.run()).toEqual({ held: 'ran', free: 'ran' });
    expect(JSON.parse(project.read('artifacts/held/x.txt'))).toEqual([['4'], '4', 1000]);
    expect(project.read('artifacts/free/x.txt')).toBe('4,6\n');
  });
});

test.skipIf(python === undefined)(
  'a Python stage is told of the GPUs and the memory that it holds',
  async () => {
    const project = new TestProject(
      {
        'pipeline.yaml': `version: 1
stages:
  held: { use: held.py, outputs: { x: x.txt }, resources: { gpus: 2, memory: 2 kB } }
`,
        'held.py': `import os
from pipewright import stage

@stage(outputs=['x'])
def held(task):
    task.outputs.x.write_text(f"{task.devices} {os.environ['CUDA_VISIBLE_DEVICES']} {task.memory}")
`,
      },
      { environment },
    );
    expect(await project.run()).toEqual({ held: 'ran' });
    expect(project.read('artifacts/held/x.txt')).toBe("('4', '6') 4,6 2000");
  },
);

describe('a task that asks for more than there ever is', () => {
  const asking = (resources: string) =>
    new TestProject(
      {
        'pipeline.yaml': `version: 1
resources: { licence: 1 }
stages:
  first: { cmd: 'touch {outputs.x}', outputs: { x: x.txt } }
  big: { cmd: 'touch {outputs.x}', outputs: { x: x.txt }, resources: { ${resources} } }
`,
      },
      { environment },
    );

  test.each([
    ['gpus: 3', 'gpus', 'a task of `big` asks for 3 GPUs, and there are 2: it could never start'],
    [
      'memory: 9000 TB',
      'memory',
      'a task of `big` asks for 9000TB of memory, and there is 1GB: it could never start',
    ],
    [
      'licence: 2',
      'licence',
      'a task of `big` asks for 2 of `licence`, and there is 1: it could never start',
    ],
  ])('(%s) is refused before anything runs, and told beforehand', async (resources, key, message) => {
    const project = asking(resources);
    const capacity = { memory: 1e9 };
    const refused = { type: 'refused', stageIssues: [{ stage: 'big', path: ['resources', key], message }] };
    expect(await project.ask({ capacity })).toMatchObject(refused);
    expect(project.events).toEqual([]);
    const { stageIssues } = await project.inspect();
    expect(stageIssues).toMatchObject([{ stage: 'big', path: ['resources', key] }]);
  });

  test('is no matter where it is up to date', async () => {
    const project = asking('gpus: 1, licence: 1');
    await project.run();
    project.edit('pipeline.yaml', 'gpus: 1, licence: 1', 'gpus: 3');
    expect(await project.run()).toEqual({});
  });

  test('is told of when its outputs are lost, and it would have to be made again', async () => {
    const project = asking('gpus: 1');
    await project.run();
    project.edit('pipeline.yaml', 'gpus: 1', 'gpus: 3');
    rmSync(project.path('artifacts/big'), { recursive: true });
    rmSync(project.path('cache/store'), { recursive: true });
    const summary = await project.ask({ keepGoing: true });
    // Nothing waits for ever, and it is said why.
    expect(JSON.stringify(summary)).toContain('a task of `big` asks for 3 GPUs, and there are 2');
  });

  test('runs where more is said to be there', async () => {
    const project = asking('licence: 2');
    expect(await project.run({ capacity: { own: { licence: 2 } } })).toEqual({ first: 'ran', big: 'ran' });
  });
});
