import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionCache } from '../../../lib/pipe/store/actions.ts';
import { blobsPath } from '../../../lib/pipe/store/layout.ts';
import { openLock } from '../../../lib/pipe/store/lock.ts';
import { buildsOf } from '../../../lib/pipe/upkeep/builds.ts';
import { collectGarbage } from '../../../lib/pipe/upkeep/gc.ts';
import { restoreOutputs } from '../../../lib/pipe/upkeep/restore.ts';
import { verifyStore } from '../../../lib/pipe/upkeep/verify.ts';
import * as disk from '../memory/disk.ts';
import { refusal } from '../memory/nodes.ts';
import * as processes from '../memory/processes.ts';
import { MemoryProject, pipelineOf } from '../memory/project.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

const stages = {
  each: {
    cmd: 'each {inputs.a} > {outputs.x}',
    inputs: { a: './a' },
    matrix: { n: [1, 2, 3] },
    outputs: { x: 'x' },
  },
  all: {
    cmd: 'all {inputs.x} > {outputs.report}',
    inputs: { x: { from: 'each.x', gather: ['n'] } },
    outputs: { report: 'report/' },
  },
};
const tasks = 4;

/** Built twice, with another input, an hour ago; `artifacts/` has what came of the second. */
async function builtTwice(): Promise<MemoryProject> {
  const made = new MemoryProject({ 'pipeline.yaml': pipelineOf(stages), a: 'one' });
  made.runner.programs = {
    each: ({ inputs, outputs }) => {
      disk.writeFileSync(
        outputs[0]!,
        `${outputs[0]!.replace(/.*work/, '')} ${disk.readFileSync(inputs[0]!, 'utf8')}`,
      );
      return undefined;
    },
    all: ({ inputs, outputs: [place] }) => {
      disk.writeFileSync(`${place}/lines`, inputs.map((path) => disk.readFileSync(path, 'utf8')).join('\n'));
      disk.writeFileSync(`${place}/count`, String(inputs.length));
      return undefined;
    },
  };
  await made.run();
  made.write({ a: 'two' });
  await made.run();
  // What was made this very moment is kept by `gc`.
  vi.setSystemTime(Date.now() + 3_600_000);
  return made;
}

interface Upkeep {
  readonly prepare: (made: MemoryProject) => void;
  readonly work: (made: MemoryProject) => Promise<unknown>;
}

const commands: [string, Upkeep][] = [
  [
    'gc',
    {
      prepare: () => undefined,
      work: ({ layout }) => {
        const limits = { maxSize: null, maxAge: null, dryRun: false };
        return Promise.resolve(collectGarbage(layout, new ActionCache(layout), limits));
      },
    },
  ],
  [
    'verify',
    {
      prepare: (made) => {
        for (const path of Object.keys(made.files(blobsPath(made.layout).replace('/project/', ''))))
          made.write({ [path]: `${made.read(path).slice(0, -1)}!` });
      },
      work: async (made) => {
        const options = { dryRun: false, progress: () => undefined };
        await verifyStore(made.engine, buildsOf(made.directory), options);
      },
    },
  ],
  [
    'restore',
    {
      prepare: (made) => {
        made.remove('artifacts');
      },
      work: async (made) => {
        const build = { ...made.load(), lock: openLock(made.directory, 'default') };
        const { signal } = new AbortController();
        await restoreOutputs(made.engine, build, { signal, waiting: () => undefined });
      },
    },
  ],
];

class Killed extends Error {}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(commands)('%s', (_, { prepare, work }) => {
  /** Nothing that a lock needs is lost: neither now nor for one who has the store and the lock alone. */
  async function expectWhole(made: MemoryProject, lock: string, artifacts: object): Promise<void> {
    expect(Object.values(await made.run())).not.toContain('ran');
    expect(made.files('artifacts')).toEqual(artifacts);
    made.remove('artifacts');
    expect(Object.values(await made.run())).toEqual(new Array(tasks).fill('restored'));
    expect(made.files('artifacts')).toEqual(artifacts);
    expect(made.read('pipe.lock')).toBe(lock);
  }

  async function prepared() {
    const made = await builtTwice();
    const [lock, artifacts] = [made.read('pipe.lock'), made.files('artifacts')];
    prepare(made);
    disk.sync();
    const again = disk.keep();
    disk.meet(null);
    await work(made);
    const changes = disk.changed();
    expect(changes).toBeGreaterThan(5);
    return { made, again, changes, whole: () => expectWhole(made, lock, artifacts) };
  }

  test('killed at any change to the disk loses nothing, and the next one ends what it began', async () => {
    const { made, again, changes, whole } = await prepared();
    for (let change = 0; change < changes; change++) {
      again();
      disk.meet(({ nth }) => {
        if (nth >= change) throw new Killed();
      });
      await expect(Promise.resolve().then(() => work(made))).rejects.toThrow(Killed);
      disk.meet(null);
      processes.startAnew();
      await work(made);
      await whole();
    }
  });

  test('without power from any change on loses nothing that the disk had before', async () => {
    const { made, again, changes, whole } = await prepared();
    for (let change = 0; change < changes; change++) {
      again();
      disk.meet(({ nth }) => {
        if (nth >= change) throw new Killed();
      });
      await expect(Promise.resolve().then(() => work(made))).rejects.toThrow(Killed);
      disk.losePower('lost');
      disk.meet(null);
      processes.startMachineAnew();
      await work(made);
      await whole();
    }
  });

  test('refused any one change by the disk loses nothing', async () => {
    const { made, again, changes, whole } = await prepared();
    for (let change = 0; change < changes; change++) {
      again();
      disk.meet(({ nth, syscall, path }) => {
        if (nth === change) throw refusal('EIO', syscall, path);
      });
      await Promise.resolve()
        .then(() => work(made))
        .catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'EIO' });
        });
      disk.meet(null);
      processes.startAnew();
      await work(made);
      await whole();
    }
  });
});
