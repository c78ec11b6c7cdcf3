import { afterEach, expect, test, vi } from 'vitest';
import { FileDigests } from '../../../lib/pipe/files/file-digests.ts';
import { buildsOf } from '../../../lib/pipe/upkeep/builds.ts';
import { verifyStore } from '../../../lib/pipe/upkeep/verify.ts';
import * as disk from '../memory/disk.ts';
import { refusal } from '../memory/nodes.ts';
import { MemoryProject, pipelineOf } from '../memory/project.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

afterEach(() => {
  disk.meet(null);
});

test('a store that cannot be written to is checked all the same', async () => {
  const made = new MemoryProject({
    'pipeline.yaml': pipelineOf({
      first: { cmd: 'first {inputs.a} > {outputs.x}', inputs: { a: './a' }, outputs: { x: 'x' } },
      next: { cmd: 'next {inputs.x} > {outputs.y}', inputs: { x: 'first.x' }, outputs: { y: 'y' } },
    }),
    a: 'one',
  });
  await made.run();
  made.remove('cache/local');
  disk.meet(({ syscall, path }) => {
    throw refusal('EROFS', syscall, path);
  });
  const found = await verifyStore(made.engine, buildsOf(made.directory), {
    dryRun: false,
    progress: () => undefined,
  });
  expect(found).toMatchObject({ blobs: 2, damage: [], entries: 0, absent: 0 });
  expect(await made.states()).toEqual({});
});

test('digests that could not be written are written when they can be', () => {
  const made = new MemoryProject({ 'pipeline.yaml': pipelineOf({}), a: 'one' });
  const { engine } = made;
  new FileDigests(made.directory, engine.files).digest('a');
  disk.meet(({ syscall, path }) => {
    throw refusal('EROFS', syscall, path);
  });
  engine.files.save();
  disk.meet(null);
  expect(made.files('cache')).toEqual({});
  engine.files.save();
  expect(Object.keys(made.files('cache'))).toEqual(['cache/local/files.stat']);
});
