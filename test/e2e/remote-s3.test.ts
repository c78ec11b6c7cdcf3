import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CacheServer } from '../pipe/remote/cache-server.ts';
import { newProject, type Project } from './project.ts';
import { chain } from './words.ts';

/** What a store keeps, by their names below the bucket. */
function kept(server: CacheServer): string[] {
  return readdirSync(join(server.root, 'bucket'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /[0-9a-f]{64}$/.test(path))
    .sort();
}

function age(server: CacheServer, days: number): void {
  const then = Date.now() / 1000 - days * 86_400;
  for (const path of kept(server)) utimesSync(join(server.root, 'bucket', path), then, then);
}

/** Home directories of tests are those of their projects. */
function using(server: CacheServer, more = ''): Project {
  return newProject({
    ...chain,
    'pipe.local.yaml': `remote: { url: 's3://bucket/some/where', endpoint: '${server.url}', region: eu-west-1${more} }\n`,
    '.aws/credentials': '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s3cret\n',
  });
}

test('a store that speaks S3 has entries and blobs below the prefix, and requests are signed', async () => {
  const server = await CacheServer.start();
  const first = using(server, ', write: true');
  await first.pipe('run');
  expect(kept(server).filter((path) => path.startsWith('some/where/ac/'))).toHaveLength(7);
  expect(kept(server).every((path) => /^some\/where\/(?:ac|cas)\/[0-9a-f]{64}$/.test(path))).toBe(true);
  const sent = await server.requests();
  expect(
    sent.map(({ authorization }) => authorization?.split('/').slice(0, 5).join('/').replace(/\d{8}/, 'day')),
  ).toEqual(
    sent
      .map(
        () =>
          'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/day/eu-west-1/s3/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature='.split(
            ',',
          )[0],
      )
      .map((text) => expect.stringContaining(text!) as unknown),
  );
  expect(JSON.stringify(sent)).not.toContain('s3cret');
  const second = using(server);
  expect(await second.outcomes('run')).toHaveLength(7);
  expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
  expect((await second.pipe('doctor')).out).toContain(
    's3://bucket/some/where (pipe.local.yaml), only read, keys of profile default, region eu-west-1; it answers',
  );
});

test('without keys it says so, and computes', async () => {
  const server = await CacheServer.start();
  const project = using(server);
  project.remove('.aws');
  project.write('.aws/config', '[default]\nregion = x\n');
  project.write('pipe.local.yaml', project.read('pipe.local.yaml'));
  const { out, status } = await project.pipe('run');
  expect(out).toMatch(/^warning {3}s3:\/\/bucket\/some\/where wants keys, and none are found/m);
  expect(out).toMatch(/^done: 7 ran in /m);
  expect(status).toBe(0);
});

test('gc --remote drops what is old and no lock here names, and blobs that no entry names any more', async () => {
  const server = await CacheServer.start();
  const project = using(server, ', write: true');
  await project.pipe('run');
  project.write(
    'pipeline.yaml',
    project
      .read('pipeline.yaml')
      .replace('echo $(( $(cat {inputs.sum}) *', 'echo 1$(( $(cat {inputs.sum}) *'),
  );
  await project.pipe('run');
  const before = kept(server);
  expect((await project.pipe('gc', '--remote', '--max-age', '90d')).out).toMatch(
    /^freed 0 B in 0 files: 0 results\n/,
  );
  age(server, 100);
  const would = await project.pipe('gc', '--remote', '--max-age', '90d', '--dry-run');
  expect(would.out).toMatch(/^would free \S+ k?B in 11 files: 4 results\n/);
  expect(kept(server)).toEqual(before);
  const { out, status } = await project.pipe('gc', '--remote', '--max-age', '90d', '--json');
  expect(JSON.parse(out)).toMatchObject({ type: 'swept', results: 4, files: 11 });
  expect(status).toBe(0);
  expect(kept(server)).toHaveLength(before.length - 11);
  const second = using(server);
  second.write('pipeline.yaml', project.read('pipeline.yaml'));
  expect((await second.pipe('run')).out).toMatch(/^done: 7 restored in /m);
  expect((await second.pipe('pull')).status).toBe(0);
});

test('gc --remote drops nothing where not all can be read', async () => {
  const server = await CacheServer.start();
  const project = using(server, ', write: true');
  await project.pipe('run');
  project.remove('pipe.lock');
  age(server, 100);
  const before = kept(server);
  await server.goWrong({ method: 'GET', path: '/ac/[0-9a-f]', fault: 403 });
  const { err, status } = await project.pipe('gc', '--remote', '--max-age', '90d');
  expect(err).toContain('denies access (403)');
  expect(err).toContain('could not be tidied to the end\n');
  expect(status).toBe(1);
  expect(kept(server)).toEqual(before);
});
