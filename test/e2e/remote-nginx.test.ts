import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { hasNginx, startNginx } from '../pipe/remote/nginx.ts';
import { nightly } from '../pipe/run/kills.ts';
import { newProject, type Project } from './project.ts';
import { chain } from './words.ts';

const big = {
  'pipeline.yaml': `version: 1
stages:
  big:
    cmd: head -c 3000000 /dev/zero | tr '\\0' x > {outputs.big}
    outputs: { big: big.txt }
`,
};

function using(url: string, more = '', files: Readonly<Record<string, string>> = chain): Project {
  return newProject({ ...files, 'pipe.local.yaml': `remote: { url: '${url}'${more} }\n` });
}

describe.skipIf(!hasNginx)('with nginx as the remote cache', () => {
  test('the second of two clones restores everything and runs nothing, with the same lock', async () => {
    const { http, names } = await startNginx();
    const first = using(`${http}/open`, ', write: true');
    await first.pipe('run');
    expect(names('ac')).toHaveLength(7);
    const second = using(`${http}/read`);
    expect(await second.outcomes('run')).toEqual(
      (await first.pipe('status', '--tasks', '--json')).out
        .match(/"task":"[^"]+"/g)!
        .map((task) => `${task.slice(8, -1)} restored`)
        .sort(),
    );
    expect(second.read('pipe.lock')).toBe(first.read('pipe.lock'));
  });

  test('the right password is let in, a wrong one is told of, and what it guards is computed', async () => {
    const { http, names } = await startNginx();
    const right = using(`${http}/auth`, ', write: true, user: pipe, password: secret');
    await right.pipe('run');
    expect(names('ac')).toHaveLength(7);
    const wrong = using(`${http}/auth`, ', user: pipe, password: guessed');
    const { out, status } = await wrong.pipe('run');
    expect(out).toMatch(/^warning {3}http:\S+ denies access \(401\).*until the end it is not read/m);
    expect(out.match(/warning/g)).toHaveLength(1);
    expect(out).toMatch(/^done: 7 ran in /m);
    expect(status).toBe(0);
    const netrc = using(`${http}/auth`);
    netrc.write('.netrc', 'machine 127.0.0.1 login pipe password secret\n');
    expect((await netrc.pipe('run')).out).toMatch(/^done: 7 restored in /m);
  });

  test('what may only be read is only read, and the run ends well', async () => {
    const { http, names } = await startNginx();
    const { out, status } = await using(`${http}/read`, ', write: true').pipe('run');
    expect(out).toMatch(/^warning {3}http:\S+ denies access \(403\).*until the end it is not written to/m);
    expect(out).toContain('7 results could not be given (`pipe push` does it later)\n');
    expect([status, names('ac')]).toEqual([0, []]);
  });

  test('a file that is too large for it stays here, said once', async () => {
    const { http, names } = await startNginx();
    const { out, status } = await using(`${http}/small`, ', write: true', big).pipe('run');
    expect(out).toMatch(/^warning {3}http:\S+ does not take a file of 3.0 MB \(413\)$/m);
    expect([status, names('ac')]).toEqual([0, []]);
  });

  test('killed while it sends, it is told of, and the task runs', async () => {
    const nginx = await startNginx();
    await using(`${nginx.http}/open`, ', write: true', big).pipe('run');
    const project = using(`${nginx.http}/slow`, '', big);
    const run = project.start('run');
    const store = join(project.directory, 'cache/store');
    const coming = (): boolean => {
      try {
        return readdirSync(store, { recursive: true, encoding: 'utf8' }).some((path) =>
          path.endsWith('.tmp'),
        );
      } catch {
        return false;
      }
    };
    while (!coming()) await sleep(10);
    await nginx.kill();
    const { out, status } = await run.ended;
    expect(out).toMatch(/^warning {3}http:\S+ (?:broke off a transfer|cannot be reached)/m);
    expect(out).toMatch(/^done: 1 ran in /m);
    expect(status).toBe(0);
    expect(coming()).toBe(false);
  });

  test.skipIf(!nightly)(
    '1 GiB is given and taken in less than 150 MB of memory',
    async () => {
      const { http } = await startNginx();
      const files = {
        'pipeline.yaml': `version: 1
stages:
  giant: { cmd: 'head -c 1073741824 /dev/zero > {outputs.giant}', outputs: { giant: giant.bin } }
`,
        'pipe.local.yaml': `remote: { url: '${http}/open', write: true, timeout: 60 }\n`,
        // Says at the end of a process how much memory it had at most, in KiB.
        'peak.mjs': `import { appendFileSync } from 'node:fs';
process.on('exit', () => appendFileSync(process.env.HOME + '/peaks', process.resourceUsage().maxRSS + '\\n'));
`,
      };
      for (const outcome of ['1 ran', '1 restored']) {
        const project = newProject(files, { NODE_OPTIONS: '--import ./peak.mjs' });
        expect((await project.pipe('run')).out).toContain(`done: ${outcome} in`);
        const peaks = project.read('peaks').trim().split('\n').map(Number);
        expect(Math.max(...peaks) / 1024).toBeLessThan(150);
      }
    },
    300_000,
  );

  test('certificates are checked: of the server by `ca`, of us by `certificate`', async () => {
    const { https, mutual, certificates, names } = await startNginx();
    const ca = `, ca: ${certificates}/ca.pem`;
    expect((await using(`${https}/open`).pipe('run')).out).toMatch(
      /^warning {3}https:\S+ has a certificate that is not trusted/m,
    );
    await using(`${https}/open`, `, write: true${ca}`).pipe('run');
    expect(names('ac')).toHaveLength(7);
    const mine = `, certificate: ${certificates}/me.pem, key: ${certificates}/me.key`;
    expect((await using(`${mutual}/open`, `${ca}${mine}`).pipe('run')).out).toMatch(/^done: 7 restored in /m);
    const { out } = await using(`${mutual}/open`, ca).pipe('run');
    expect(out).toMatch(/^warning {3}https:\S+ (?:answered with status 400|has a certificate)/m);
    expect(out).toMatch(/^done: 7 ran in /m);
  });
});
