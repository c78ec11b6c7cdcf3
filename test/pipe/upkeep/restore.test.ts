import { expect, test, vi } from 'vitest';
import { lockFrom } from '../../../lib/pipe/store/lock.ts';
import { restoreOutputs } from '../../../lib/pipe/upkeep/restore.ts';
import * as disk from '../memory/disk.ts';
import { MemoryProject, pipelineOf } from '../memory/project.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

const waiter = { signal: new AbortController().signal, waiting: () => undefined };

function projectAt(place: string): MemoryProject {
  const made = new MemoryProject({ a: 'one', 'pipeline.yaml': pipelineAt(place) });
  made.runner.programs = {
    copy: ({ inputs: [from], outputs: [to] }) => {
      if (!disk.existsSync(to!)) disk.mkdirSync(to!);
      disk.writeFileSync(`${to}/f`, disk.readFileSync(from!, 'utf8'));
      return undefined;
    },
  };
  return made;
}

function pipelineAt(place: string): string {
  return pipelineOf({
    s: { cmd: 'copy {inputs.i} > {outputs.x}', inputs: { i: './a' }, outputs: { x: place } },
  });
}

/** Builds `one`, then `two`, and brings `one` back. */
async function restored(made: MemoryProject) {
  await made.run();
  const lock = lockFrom(made.read('pipe.lock'));
  made.write({ a: 'two' });
  await made.run();
  made.write({ a: 'one' });
  return () => restoreOutputs(made.engine, { ...made.load(), lock }, waiter);
}

test('an output that was restored leaves artifacts/ like any other when it is to lie elsewhere', async () => {
  const made = projectAt('x/');
  await (
    await restored(made)
  )();
  expect(made.files('artifacts')).toEqual({ 'artifacts/s/x/f': 'one' });
  made.write({ 'pipeline.yaml': pipelineAt('y/') });
  await made.run();
  expect(made.files('artifacts')).toEqual({ 'artifacts/s/y/f': 'one' });
});

test('files that somebody put into an output make room, and are named', async () => {
  const made = projectAt('x/');
  const restore = await restored(made);
  made.write({ 'artifacts/s/x/mine': 'mine' });
  expect(await restore()).toMatchObject({
    restored: 1,
    moved: [{ output: 'artifacts/s/x', files: ['mine'], to: 'artifacts/.aside/s/x' }],
  });
  expect(made.files('artifacts')).toEqual({
    'artifacts/.aside/s/x/mine': 'mine',
    'artifacts/s/x/f': 'one',
  });
});
