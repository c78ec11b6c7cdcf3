import { expect, test } from 'vitest';
import { CacheServer } from '../pipe/remote/cache-server.ts';
import { newProject, type Project } from './project.ts';
import { temporary } from './words.ts';

function using(url: string, more = ''): Project {
  return newProject({ ...temporary, 'pipe.local.yaml': `remote: { url: '${url}'${more} }\n` });
}

async function shared(): Promise<{ server: CacheServer; first: Project; second: Project }> {
  const server = await CacheServer.start();
  const first = using(server.url, ', write: true');
  expect((await first.pipe('run')).out).toContain('remote cache: 3 results given');
  expect(first.exists('artifacts/sort')).toBe(false);
  const second = using(server.url);
  expect((await second.pipe('run')).out).toContain('done: 3 restored');
  return { server, first, second };
}

test('a clone restores what is temporary without its bytes, and is not told to bring them', async () => {
  const { server, first, second } = await shared();
  expect(second.exists('artifacts/sort')).toBe(false);
  expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
  expect((await second.pipe('run')).out).toContain('nothing to do: all 3 tasks');
  expect((await second.pipe('pull')).out).toMatch(/^restored 0 outputs, 1 in place already\n$/);
  expect((await using(server.url).pipe('run')).out).toMatch(/^remote cache: 1 file from there \(6 B\)$/m);
});

test('where a reader has to run, temporary outputs come from there, and go again; so also where they were made', async () => {
  const { first, second } = await shared();
  for (const project of [second, first]) {
    const { out } = await project.pipe('run', '--set', 'last=2');
    expect(out).toContain('done: 1 ran, 2 restored');
    expect(out).toMatch(/^remote cache: 2 files from there \(4 B\)(?:, 1 result given \(6 B\))?$/m);
    expect(project.read('artifacts/use/o.txt')).toBe('1\n2\n2\n');
    expect(project.exists('artifacts/sort')).toBe(false);
    expect((await project.pipe('run', '--set', 'last=2')).out).toContain('nothing to do');
  }
});

test('where the server has them no longer, they are made again', async () => {
  const { server, second } = await shared();
  await server.goWrong({ path: '/cas/', fault: 404 });
  const { out, status } = await second.pipe('run', '--set', 'last=2');
  expect(out).toContain('done: 3 ran');
  expect(status).toBe(0);
  expect(second.read('artifacts/use/o.txt')).toBe('1\n2\n2\n');
});
