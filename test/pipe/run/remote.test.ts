import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestOf, type Digest } from '../../../lib/pipe/digest.ts';
import { decodeEntry, encodeEntry } from '../../../lib/pipe/remote/action-result.ts';
import type { RemoteSettings } from '../../../lib/pipe/remote/settings.ts';
import type { RunEvent } from '../../../lib/pipe/run/event.ts';
import { blobPath, layoutOf } from '../../../lib/pipe/store/layout.ts';
import { CacheServer, type Fault } from '../remote/cache-server.ts';
import { remoteAt } from '../remote/settings.ts';
import { smallStudy, TestProject } from './project.ts';

type Files = Readonly<Record<string, string>>;

/** A chain of two commands, and one that reads the end of it: `marks` says which of them ran. */
const line: Files = {
  'in.txt': 'in\n',
  'pipeline.yaml': `
version: 1
stages:
  one:
    cmd: echo one >> marks; cat {inputs.a} > {outputs.b}; echo 1 >> {outputs.b}
    inputs: { a: ./in.txt }
    outputs: { b: b.txt }
  two:
    cmd: echo two >> marks; mkdir -p {outputs.c}/sub/none; cp {inputs.b} {outputs.c}/run.sh; chmod +x {outputs.c}/run.sh; touch {outputs.c}/empty
    inputs: { b: one.b }
    outputs: { c: c/ }
  three:
    cmd: echo three >> marks; cat {inputs.c}/run.sh > {outputs.d}; echo 3 >> {outputs.d}
    inputs: { c: two.c }
    outputs: { d: d.txt }
`,
};

const marks = (project: TestProject): string[] =>
  existsSync(project.path('marks')) ? project.read('marks').trim().split('\n') : [];

const troubles = ({ events }: TestProject) =>
  events.flatMap((event) =>
    event.type === 'remote-trouble' ? [{ ...event.trouble, doing: event.doing, stopped: event.stopped }] : [],
  );

const use = ({ events }: TestProject) =>
  events.find((event): event is Extract<RunEvent, { type: 'run-finished' }> => event.type === 'run-finished')
    ?.remote;

/** A server to which a first project gave its results, and a second one with the same files and nothing built. */
async function shared(files: Files = line): Promise<{
  server: CacheServer;
  first: TestProject;
  second: TestProject;
  remote: RemoteSettings;
}> {
  const server = await CacheServer.start();
  const first = new TestProject(files);
  await first.run({ remote: remoteAt(server.url, { write: true }) });
  return { server, first, second: new TestProject(files), remote: remoteAt(server.url) };
}

const hex = (digest: string): string => digest.slice('sha256:'.length);

/** The digest of what a task's output holds, by the lock. */
function outputOf(project: TestProject, task: string): Digest {
  const [, digest] = new RegExp(`"${task}":.*?"outputs":\\{"\\w+":"(sha256:\\w+)"`).exec(
    project.read('pipe.lock'),
  )!;
  return digest as Digest;
}

function fingerprintOf(project: TestProject, task: string): Digest {
  const [, digest] = new RegExp(`"${task}":\\{"fingerprint":"(sha256:\\w+)"`).exec(
    project.read('pipe.lock'),
  )!;
  return digest as Digest;
}

const restored = { one: 'restored', two: 'restored', three: 'restored' };
const ran = { one: 'ran', two: 'ran', three: 'ran' };

describe('a second project', () => {
  test('restores everything, runs nothing, and has the same lock', async () => {
    const { first, second, remote } = await shared(smallStudy);
    const outcomes = await second.run({ remote });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['restored']));
    expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
    expect(await second.states()).toEqual({});
    expect(await second.run({ remote })).toEqual({});
  });

  test('brings what no task reads, and of the rest what a task that runs reads', async () => {
    const { second, remote, first } = await shared();
    expect(await second.run({ remote })).toEqual(restored);
    expect(second.read('artifacts/three/d.txt')).toBe('in\n1\n3\n');
    expect([existsSync(second.path('artifacts/one')), existsSync(second.path('artifacts/two'))]).toEqual([
      false,
      false,
    ]);
    expect(use(second)).toMatchObject({ downloaded: 2, left: 2, uploaded: 0 });
    second.edit('pipeline.yaml', 'echo 3', 'echo 33');
    expect(await second.run({ remote })).toEqual({ three: 'ran' });
    expect(marks(second)).toEqual(['three']);
    expect(second.read('artifacts/three/d.txt')).toBe('in\n1\n33\n');
    expect(statSync(second.path('artifacts/two/c/run.sh')).mode & 0o111).toBe(
      statSync(first.path('artifacts/two/c/run.sh')).mode & 0o111,
    );
    expect(statSync(second.path('artifacts/two/c/sub/none')).isDirectory()).toBe(true);
    expect(readFileSync(second.path('artifacts/two/c/empty'), 'utf8')).toBe('');
    expect(existsSync(second.path('artifacts/one'))).toBe(false);
  });

  test('brings what is asked for by its name, and all where all is to be brought', async () => {
    const { second, remote } = await shared();
    await second.run({ remote });
    expect(await second.run({ remote }, (id) => id === 'one')).toEqual({ one: 'restored' });
    expect(second.read('artifacts/one/b.txt')).toBe('in\n1\n');
    expect(await second.run({ remote: { ...remote, download: 'all' } })).toMatchObject({
      two: 'restored',
    });
    expect(marks(second)).toEqual([]);
  });

  test('keeps what lies in artifacts as new as its task', async () => {
    const { first, second, remote, server } = await shared();
    await second.run();
    for (const project of [first, second]) project.write({ 'in.txt': 'other\n' });
    await first.run({ remote: remoteAt(server.url, { write: true }) });
    expect(await second.run({ remote })).toEqual(restored);
    expect(second.read('artifacts/one/b.txt')).toBe('other\n1\n');
    expect(second.read('artifacts/two/c/run.sh')).toBe('other\n1\n');
  });

  test('asks nothing of the server when it is up to date, though it left things there', async () => {
    const { server, second, remote } = await shared();
    await second.run({ remote });
    await server.goWrong();
    expect(await second.run({ remote })).toEqual({});
    expect(await second.states()).toEqual({});
    expect(await server.requests()).toEqual([]);
  });

  test('that reads one file of a directory left there is up to date by that file', async () => {
    const files = {
      ...line,
      'pipeline.yaml': line['pipeline.yaml']!.replace(
        '{ c: two.c }',
        '{ c: { from: two.c, file: run.sh } }',
      ).replace('{inputs.c}/run.sh', '{inputs.c}'),
    };
    const { first, second, remote } = await shared(files);
    expect(await second.run({ remote })).toEqual(restored);
    expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
    expect(existsSync(second.path('artifacts/two'))).toBe(false);
    expect(await second.run()).toEqual({});
    second.edit('pipeline.yaml', 'echo 3', 'echo 33');
    expect(await second.run({ remote })).toEqual({ three: 'ran' });
    expect(second.read('artifacts/three/d.txt')).toBe('in\n1\n33\n');
  });

  test('forced, computes', async () => {
    const { second, remote } = await shared();
    const force = new Set(second.load().graph.tasks.keys());
    expect(await second.run({ remote, force })).toEqual(ran);
  });

  test('without the server later computes what was left there once a task reads it', async () => {
    const { server, second, remote, first } = await shared();
    await second.run({ remote });
    await server.goWrong({ fault: 'exit' });
    second.edit('pipeline.yaml', 'echo 3', 'echo 33');
    expect(await second.run({ remote })).toEqual({ two: 'ran', one: 'ran', three: 'ran' });
    expect(marks(second)).toEqual(['one', 'two', 'three']);
    first.edit('pipeline.yaml', 'echo 3', 'echo 33');
    await first.run();
    expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
  });

  test('does the same where it is not told of a server any more', async () => {
    const { second, remote } = await shared();
    await second.run({ remote });
    expect(await second.run()).toEqual({});
    second.edit('pipeline.yaml', 'echo 3', 'echo 33');
    expect(await second.run()).toEqual(ran);
  });
});

describe('what is given', () => {
  test('is nothing, unless writing is asked for', async () => {
    const server = await CacheServer.start();
    const project = new TestProject(line);
    expect(await project.run({ remote: remoteAt(server.url) })).toEqual(ran);
    expect([server.names('ac'), server.names('cas')]).toEqual([[], []]);
  });

  test('is every blob under its digest, the text of the action under the fingerprint, and an entry that names all', async () => {
    const { server, first } = await shared();
    for (const name of server.names('cas')) expect(hex(digestOf(server.read('cas', name)))).toBe(name);
    const fingerprint = fingerprintOf(first, 'two');
    expect(server.names('cas')).toContain(hex(fingerprint));
    const entry = decodeEntry(server.read('ac', hex(fingerprint)))!;
    expect(entry.files.map(({ path, executable }) => [path, executable])).toEqual([
      ['c', false],
      ['c/empty', false],
      ['c/run.sh', true],
    ]);
    const there = server.names('cas');
    const lacking = entry.files.filter(({ digest, size }) => size > 0 && !there.includes(hex(digest)));
    expect(lacking).toEqual([]);
  });

  test('comes in that order: an entry after all that it names', async () => {
    const { server } = await shared();
    const puts = (await server.requests()).filter(({ method }) => method === 'PUT').map(({ url }) => url);
    for (const name of server.names('ac')) {
      const before = puts.slice(0, puts.indexOf(`/ac/${name}`));
      for (const { digest, size } of decodeEntry(server.read('ac', name))!.files) {
        if (size > 0) expect(before).toContain(`/cas/${hex(digest)}`);
      }
      expect(before).toContain(`/cas/${name}`);
    }
  });

  test('is only what was computed here', async () => {
    const { second, remote } = await shared();
    const other = await CacheServer.start();
    await second.run({ remote });
    second.edit('pipeline.yaml', 'echo 3', 'echo 33');
    await second.run({ remote: remoteAt(other.url, { write: true }) });
    expect(marks(second)).toEqual(['one', 'two', 'three']);
    second.edit('pipeline.yaml', 'echo 33', 'echo 333');
    const third = await CacheServer.start();
    await second.run({ remote: remoteAt(third.url, { write: true }) });
    expect(third.names('ac')).toEqual([hex(fingerprintOf(second, 'three'))]);
  });
});

describe('nothing wrong is taken', () => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['poisoned', (bytes) => Buffer.from(bytes.map((byte) => byte ^ 1))],
    ['truncated', (bytes) => bytes.subarray(0, -1)],
    ['longer', (bytes) => Buffer.concat([bytes, bytes])],
    ['empty', () => Buffer.alloc(0)],
  ])('a %s blob is a miss and a warning, and whoever may write mends it', async (_, spoil) => {
    const { server, first, second, remote } = await shared();
    const digest = outputOf(first, 'three');
    const right = server.read('cas', hex(digest));
    server.write('cas', hex(digest), spoil(right));
    expect(await second.run({ remote })).toEqual({ ...restored, three: 'ran' });
    expect(troubles(second)).toEqual([{ reason: 'mismatch', digest, doing: 'read', stopped: false }]);
    expect(second.read('artifacts/three/d.txt')).toBe('in\n1\n3\n');
    expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
    const writer = new TestProject(line);
    await writer.run({ remote: { ...remote, write: true } });
    expect(server.read('cas', hex(digest))).toEqual(right);
    expect(await new TestProject(line).run({ remote })).toEqual(restored);
  });

  test('a poisoned blob that was left there is computed when a task reads it, and nothing before', async () => {
    const { server, first, second, remote } = await shared();
    const digest = outputOf(first, 'one');
    server.write('cas', hex(digest), Buffer.from('in\n2\n'));
    expect(await second.run({ remote })).toEqual(restored);
    second.edit('pipeline.yaml', 'touch', 'echo > /dev/null; touch');
    expect(await second.run({ remote })).toMatchObject({ one: 'ran', two: 'ran' });
    expect(marks(second)).toEqual(['one', 'two']);
    expect(troubles(second)).toMatchObject([{ reason: 'mismatch', digest }]);
  });

  test('a blob that is gone is computed, and said once', async () => {
    const { server, first, second, remote } = await shared();
    const digest = outputOf(first, 'three');
    server.remove('cas', hex(digest));
    expect(await second.run({ remote })).toEqual({ ...restored, three: 'ran' });
    expect(troubles(second)).toMatchObject([{ reason: 'blob-missing', digest }]);
  });

  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['is none', () => Buffer.from('<html>welcome</html>')],
    ['is cut off', (bytes) => bytes.subarray(0, 20)],
    ['lacks an output', () => encodeEntry({ files: [], ms: 1 })],
  ])('an entry that %s is a miss and a warning', async (_, spoil) => {
    const { server, first, second, remote } = await shared();
    const fingerprint = fingerprintOf(first, 'two');
    server.write('ac', hex(fingerprint), spoil(server.read('ac', hex(fingerprint))));
    expect(await second.run({ remote })).toMatchObject({ one: 'restored', two: 'ran' });
    expect(troubles(second)).toEqual([{ reason: 'malformed', fingerprint, doing: 'read', stopped: false }]);
  });

  test('an entry that says otherwise than the lock does not count: the bytes of the lock are brought', async () => {
    const { server, first, second, remote } = await shared();
    cpSync(first.path('pipe.lock'), second.path('pipe.lock'));
    const lies = Buffer.from('lies\n');
    server.write('cas', hex(digestOf(lies)), lies.subarray());
    const name = hex(fingerprintOf(first, 'three'));
    const file = { path: 'd', digest: digestOf(lies), size: lies.length, executable: false };
    server.write('ac', name, encodeEntry({ files: [file], ms: 1 }));
    expect(await second.run({ remote })).toEqual(restored);
    expect(second.read('artifacts/three/d.txt')).toBe('in\n1\n3\n');
    expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
  });

  test('a listing that leaves its directory is a miss', async () => {
    const { server, first, second, remote } = await shared();
    const listing = Buffer.from(JSON.stringify([['../../../out', digestOf('x')]]));
    const files = [{ path: 'c', digest: digestOf(listing), size: listing.length, executable: false }];
    server.write('cas', hex(digestOf(listing)), listing);
    server.write('ac', hex(fingerprintOf(first, 'two')), encodeEntry({ files, ms: 1 }));
    expect(await second.run({ remote: { ...remote, download: 'all' } })).toMatchObject({ two: 'ran' });
    expect(existsSync(second.path('out'))).toBe(false);
  });
});

describe('a server that fails never fails a run, and says so once', () => {
  test.each<[string, readonly Fault[], Record<string, unknown>]>([
    ['wants other credentials', [{ fault: 401 }], { reason: 'denied', status: 401 }],
    ['forbids', [{ fault: 403 }], { reason: 'denied', status: 403 }],
    ['sends elsewhere', [{ fault: 302 }], { reason: 'redirected' }],
    ['dies', [{ fault: 'exit' }], { reason: 'unreachable' }],
  ])('one that %s is not asked again', async (_, faults, trouble) => {
    const { server, first, second, remote } = await shared();
    await server.goWrong(...faults);
    expect(await second.run({ remote })).toEqual(ran);
    expect(troubles(second)).toMatchObject([{ ...trouble, doing: 'read', stopped: true }]);
    expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
    if (trouble['status'] !== undefined) expect(await server.requests()).toHaveLength(1);
  });

  test.each<[string, Fault]>([
    ['says nothing', { fault: 'hang' }],
    ['stops in the middle', { path: '/cas/', fault: 'stall' }],
  ])('one that %s is waited for once', async (_, fault) => {
    const { server, first, second, remote } = await shared();
    // Long enough that no transfer is given up for being slower than that.
    const name = hex(fingerprintOf(first, 'three'));
    server.write('ac', name, encodeEntry({ ...decodeEntry(server.read('ac', name))!, ms: 600_000 }));
    const path = fault.path === undefined ? '' : `/cas/${hex(outputOf(first, 'three'))}`;
    await server.goWrong({ ...fault, path });
    expect(await second.run({ remote: { ...remote, timeout: 0.5 } })).toMatchObject({ three: 'ran' });
    expect(troubles(second)).toMatchObject([{ reason: 'stalled', stopped: true }]);
  });

  test('one that gives a byte now and then is left when computing would have been as fast', async () => {
    const { server, first, second, remote } = await shared();
    await server.goWrong({ path: `/cas/${hex(outputOf(first, 'three'))}`, fault: 'drip' });
    const name = hex(fingerprintOf(first, 'three'));
    const { files } = decodeEntry(server.read('ac', name))!;
    const large = files.map((file) => ({ ...file, size: 1_000_000 }));
    server.write('ac', name, encodeEntry({ files: large, ms: 100 }));
    expect(await second.run({ remote: { ...remote, timeout: 2 } })).toEqual({ ...restored, three: 'ran' });
    expect(troubles(second)).toMatchObject([{ reason: 'slow', stopped: false }]);
  });

  test('what may pass is tried again', async () => {
    const { server, second, remote } = await shared();
    await server.goWrong({ path: '/ac/', fault: 503, times: 1 }, { path: '/cas/', fault: 'cut', times: 1 });
    expect(await second.run({ remote })).toEqual(restored);
    expect(troubles(second)).toEqual([]);
  });

  test('transfers that break off in the middle again and again are given up', async () => {
    const { server, second, remote } = await shared();
    await server.goWrong({ path: '/cas/', fault: 'cut' });
    expect(await second.run({ remote })).toEqual(ran);
    expect(troubles(second)).toMatchObject([
      { reason: 'cut-off', stopped: false },
      { reason: 'cut-off', stopped: true },
    ]);
  });

  test.each<[string, Fault, Record<string, unknown>, number]>([
    ['is full', { method: 'PUT', fault: 507 }, { reason: 'full', stopped: true }, 3],
    [
      'takes no file of that size',
      { method: 'PUT', path: '/cas/', fault: 413 },
      { reason: 'too-large', stopped: false },
      3,
    ],
    ['may not be written to', { method: 'PUT', fault: 403 }, { reason: 'denied', stopped: true }, 3],
    ['cannot write', { method: 'PUT', fault: 500 }, { reason: 'answered', status: 500 }, 3],
    ['hangs', { method: 'PUT', fault: 'hang' }, { reason: 'stalled', stopped: true }, 3],
  ])('one that %s gets nothing, and the run ends well', async (_, fault, trouble, ungiven) => {
    const server = await CacheServer.start();
    await server.goWrong(fault);
    const project = new TestProject(line);
    expect(await project.run({ remote: remoteAt(server.url, { write: true, timeout: 1 }) })).toEqual(ran);
    expect(troubles(project)).toContainEqual(expect.objectContaining({ ...trouble, doing: 'write' }));
    expect(use(project)).toMatchObject({ uploaded: 0, ungiven });
    expect(server.names('ac')).toEqual([]);
  });

  test('an entry is not written when one of its blobs could not be', async () => {
    const server = await CacheServer.start();
    const project = new TestProject(line);
    await server.goWrong({ method: 'PUT', path: hex(digestOf('in\n1\n3\n')), fault: 413 });
    await project.run({ remote: remoteAt(server.url, { write: true }) });
    expect(server.names('ac')).toHaveLength(2);
    expect(server.names('ac')).not.toContain(hex(fingerprintOf(project, 'three')));
  });

  test('a large file is refused before it is sent', async () => {
    const server = await CacheServer.start();
    await server.goWrong({ method: 'PUT', fault: 413 });
    const project = new TestProject({
      'pipeline.yaml': `
version: 1
stages: { big: { cmd: 'head -c 30000000 /dev/zero > {outputs.x}', outputs: { x: x.bin } } }
`,
    });
    expect(await project.run({ remote: remoteAt(server.url, { write: true }) })).toEqual({ big: 'ran' });
    expect(troubles(project)).toContainEqual(expect.objectContaining({ reason: 'too-large' }));
  });
});

test('a blob of the store that is damaged is not given', async () => {
  const server = await CacheServer.start();
  const project = new TestProject(line);
  await project.run();
  const path = blobPath(layoutOf(project.directory), outputOf(project, 'one'));
  chmodSync(path, 0o644);
  writeFileSync(path, 'in\n2\n');
  rmSync(project.path('cache/local/blobs.stat'));
  truncateSync(project.path('pipe.lock'));
  await project.run({ remote: remoteAt(server.url, { write: true }) });
  for (const name of server.names('cas')) expect(hex(digestOf(server.read('cas', name)))).toBe(name);
});
