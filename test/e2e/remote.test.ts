import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../lib/pipe/digest.ts';
import { decodeEntry, encodeEntry } from '../../lib/pipe/remote/action-result.ts';
import { CacheServer } from '../pipe/remote/cache-server.ts';
import { newProject, type Project } from './project.ts';
import { chain } from './words.ts';

/** A project whose user names a server, in a file of their own. */
function using(url: string, more = ''): Project {
  return newProject({ ...chain, 'pipe.local.yaml': `remote: { url: '${url}'${more} }\n` });
}

async function shared(): Promise<{ server: CacheServer; first: Project; second: Project }> {
  const server = await CacheServer.start();
  const first = using(server.url, ', write: true');
  await first.pipe('run');
  return { server, first, second: using(server.url) };
}

/** The entry of a task, by the lock. */
function entryOf(project: Project, task: string): string {
  return new RegExp(`"${task}":\\{"fingerprint":"sha256:(\\w+)"`).exec(project.read('pipe.lock'))![1]!;
}

test('the second of two clones restores everything, says so, and is then up to date without the server', async () => {
  const { server, first, second } = await shared();
  const { out, err, status } = await second.pipe('run');
  expect(err).toBe('');
  expect(status).toBe(0);
  expect(out).toContain('restored  all (from the remote cache)\n');
  expect(out).toMatch(/^done: 7 restored in /m);
  expect(out).toMatch(
    /^remote cache: 1 file from there \(\d+ B\), 6 outputs left there \(`pipe pull` brings them\)$/m,
  );
  expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
  await server.goWrong({ fault: 'exit' });
  for (let time = 0; time < 2; time++)
    expect((await second.pipe('run')).out).toContain('nothing to do: all 7 tasks');
  expect((await second.pipe('status')).out).toContain('nothing to do');
});

test('pull brings what was left, of one stage or all, and restore does with --no-remote what it can', async () => {
  const { second, first } = await shared();
  await second.pipe('run');
  const alone = await second.pipe('restore', '--no-remote');
  expect(alone.out).toContain('6 outputs the store does not have:');
  expect(alone.status).toBe(1);
  const one = await second.pipe('pull', 'sum@step=2');
  expect(one.out).toMatch(
    /^restored 1 output, 0 in place already; 1 file \(\d+ B\) from the remote cache\n$/,
  );
  expect(second.read('artifacts/sum/step=2/sum.txt')).toBe(first.read('artifacts/sum/step=2/sum.txt'));
  const all = await second.pipe('pull', '--json');
  expect(JSON.parse(all.out)).toMatchObject({
    type: 'finished',
    restored: 5,
    inPlace: 2,
    lost: [],
    remote: { downloaded: 4 },
  });
  expect((await second.pipe('pull')).out).toMatch(/^restored 0 outputs, 7 in place already\n$/);
  expect((await second.pipe('run')).out).toContain('nothing to do');
  expect((await second.pipe('verify')).status).toBe(0);
});

test('restore in a fresh clone brings all that the lock names', async () => {
  const { first, second } = await shared();
  second.write('pipe.lock', first.read('pipe.lock'));
  expect((await second.pipe('restore')).status).toBe(0);
  expect(second.results()['artifacts/all/all.txt']).toBe(first.results()['artifacts/all/all.txt']);
  expect((await second.pipe('run')).out).toContain('nothing to do');
});

describe('push', () => {
  test('gives what was computed here, once, and nothing that came from elsewhere', async () => {
    const server = await CacheServer.start();
    const first = using(server.url);
    await first.pipe('run');
    expect(server.names('ac')).toEqual([]);
    expect((await first.pipe('push', 'sum')).out).toMatch(/^gave 3 results \(\d+ B\), 0 there already\n$/);
    expect((await first.pipe('push')).out).toMatch(/^gave 4 results \(\d+ B\), 3 there already\n$/);
    const second = using(server.url);
    await second.pipe('run');
    await second.pipe('pull');
    const other = await CacheServer.start();
    second.write('pipe.local.yaml', `remote: ${other.url}\n`);
    const { out, status } = await second.pipe('push');
    expect(out).toBe(
      'gave 0 results (0 B), 0 there already\n7 results came from a remote cache themselves, and are not vouched for here\n',
    );
    expect(status).toBe(0);
    expect(other.names('ac')).toEqual([]);
  });

  test('that a server refuses says why, and has failed', async () => {
    const server = await CacheServer.start();
    const project = using(server.url);
    await project.pipe('run');
    await server.goWrong({ method: 'PUT', fault: 507 });
    const { out, err, status } = await project.pipe('push');
    expect(err).toMatch(
      /^warning: http:\S+ is full \(507\); until the end it is not written to: results stay here\n$/,
    );
    expect(out).toContain('7 results could not be given\n');
    expect(status).toBe(1);
  });
});

describe('verify --remote', () => {
  test('reads a sample and computes it again', async () => {
    const { second } = await shared();
    await second.pipe('run');
    const { out, status } = await second.pipe('verify', '--remote', '100%');
    expect(out).toContain('7 results of the remote cache read; computing them again\n');
    expect(out).toContain('7 same\n');
    expect(status).toBe(0);
    expect((await second.pipe('verify', '--remote', '1%')).out).toContain('1 same\n');
    expect((await second.pipe('verify', '--remote', '0%')).status).toBe(2);
  });

  test('finds bytes that are others and an entry that lies', async () => {
    const { server, first } = await shared();
    const poisoned = digestOf(first.read('artifacts/square/step=2/square.txt'));
    server.write('cas', poisoned.slice(7), Buffer.from('10\n'));
    const lie = Buffer.from('a lie\n');
    server.write('cas', digestOf(lie).slice(7), lie);
    const { ms } = decodeEntry(server.read('ac', entryOf(first, 'all')))!;
    const file = { path: 'all', digest: digestOf(lie), size: lie.length, executable: false };
    server.write('ac', entryOf(first, 'all'), encodeEntry({ files: [file], ms }));
    const { out, status } = await first.pipe('verify', '--remote', '100%');
    expect(out).toContain('differs  all: the entry of the remote cache names other outputs than the lock\n');
    expect(out).toContain(`damaged  square@step=2: ${poisoned}\n`);
    expect(out).toContain('7 same\n');
    expect(status).toBe(1);
  });
});

test('gc --remote of a server that cannot be listed says what to do', async () => {
  const { first } = await shared();
  const { err, status } = await first.pipe('gc', '--remote', '--max-age', '1d');
  expect(err).toMatch(/cannot say what it has, and so not be tidied from here\nhint: it drops by itself/);
  expect(status).toBe(2);
  expect((await first.pipe('gc', '--remote')).err).toContain('--remote needs --max-age or --max-size');
});

test('commands that need a remote cache say where to name one', async () => {
  const project = newProject(chain);
  await project.pipe('run');
  for (const command of [
    ['pull'],
    ['push'],
    ['verify', '--remote', '1%'],
    ['gc', '--remote', '--max-age', '1d'],
  ]) {
    const { err, status } = await project.pipe(...command);
    expect([command[0], err, status]).toEqual([
      command[0],
      expect.stringContaining('error: no remote cache is named\nhint: '),
      2,
    ]);
  }
});

test('--no-remote leaves it out, --remote-write gives', async () => {
  const { server, second } = await shared();
  expect(await second.outcomes('run', '--no-remote')).toHaveLength(7);
  const third = using(server.url);
  third.write('pipeline.yaml', third.read('pipeline.yaml').replace('[1, 2, 3]', '[1, 2]'));
  const before = server.names('ac').length;
  expect(await third.outcomes('run', '--remote-write')).toContain('all ran');
  expect(server.names('ac')).toHaveLength(before + 1);
});

describe('doctor', () => {
  test('says which remote cache is taken, by what one is let in, and that it answers', async () => {
    const { server, second } = await shared();
    const { out } = await second.pipe('doctor');
    expect(out).toContain(`${server.url} (pipe.local.yaml), only read, without credentials; it answers`);
    second.write('.netrc', 'machine 127.0.0.1 login me password of-the-netrc\n');
    expect((await second.pipe('doctor')).out).toMatch(/only read, as me, by \S+\.netrc; it answers/);
    await server.goWrong({ fault: 401 });
    expect((await second.pipe('doctor')).out).toContain('it denies access (401)');
    await server.goWrong({ fault: 'exit' });
    expect((await second.pipe('doctor')).out).toMatch(/it (?:broke off a transfer|cannot be reached)/);
    expect((await second.pipe('doctor')).out).toContain('it cannot be reached (ECONNREFUSED)');
  });

  test('says which file with a certificate cannot be read', async () => {
    const { second } = await shared();
    second.write('pipe.local.yaml', 'remote: { url: https://localhost:1, ca: ca.pem }\n');
    expect((await second.pipe('doctor')).out).toContain(
      `${second.directory}/ca.pem, named by pipe.local.yaml, cannot be read`,
    );
    const { err, status } = await second.pipe('pull');
    expect([status, err]).toEqual([2, expect.stringContaining('error: there is no pipe.lock here')]);
  });
});

test('a mistake in a file of one’s own is printed at its place, and nothing is touched', async () => {
  const project = newProject({ ...chain, 'pipe.local.yaml': 'remote:\n  url: one\n' });
  const { err, status } = await project.pipe('run');
  expect(err).toContain('pipe.local.yaml:2:8: error: this is no address of a remote cache\n');
  expect(status).toBe(2);
  expect(existsSync(join(project.directory, 'pipe.lock'))).toBe(false);
});

test.each([
  ['a token', ", token: 's3cret-token'", 's3cret-token'],
  ['a password', ", user: me, password: 's3cret-word'", 's3cret-word'],
])('%s is sent, and stands in no log, no event and no lock', async (_, more, secret) => {
  const server = await CacheServer.start();
  const project = using(server.url, `, write: true${more}`);
  const run = await project.pipe('run', '--json');
  const sent = (await server.requests()).map(({ authorization }) => authorization);
  const expected = secret.endsWith('token')
    ? `Bearer ${secret}`
    : `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`;
  expect(new Set(sent)).toEqual(new Set([expected]));
  await server.goWrong({ fault: 401 });
  const denied = await project.pipe('push');
  const doctor = await project.pipe('doctor', '--json');
  const all = [run, denied, doctor].map(({ out, err }) => out + err).join('');
  const files = Object.keys(project.files()).filter((path) => path !== 'pipe.local.yaml');
  const texts = files.map((path) => readFileSync(join(project.directory, path), 'latin1'));
  for (const hidden of [secret, Buffer.from(`me:${secret}`).toString('base64')])
    expect([all, ...texts].filter((text) => text.includes(hidden))).toEqual([]);
  expect(denied.err).toContain('denies access (401)');
});
