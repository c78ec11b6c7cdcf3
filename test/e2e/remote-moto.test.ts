import { describe, expect, test } from 'vitest';
import { hasMoto, startMoto, type Keys, type Moto } from '../pipe/remote/moto.ts';
import { nightly } from '../pipe/run/kills.ts';
import { newProject, type Project } from './project.ts';
import { chain } from './words.ts';

function using({ endpoint }: Moto, keys: Keys, more = ''): Project {
  const url = `{ url: 's3://cache/some/where', endpoint: '${endpoint}', region: us-east-1${more} }`;
  return newProject({ ...chain, 'pipe.local.yaml': `remote: ${url}\n` }, { ...keys });
}

describe.skipIf(!hasMoto || !nightly)('with a store that checks signatures and policies', () => {
  test('a writer gives, a reader takes with the same lock and cannot write, and a wrong key is let nowhere', async () => {
    const moto = await startMoto();
    const writer = using(moto, moto.writer, ', write: true');
    const first = await writer.pipe('run');
    expect([first.status, first.out]).toEqual([0, expect.not.stringContaining('warning')]);

    const reader = using(moto, moto.reader);
    expect(await reader.outcomes('run')).toHaveLength(7);
    expect(reader.read('pipe.lock')).toBe(writer.read('pipe.lock'));
    expect((await reader.pipe('pull')).status).toBe(0);

    const bold = using(moto, moto.reader, ', write: true');
    bold.write('pipeline.yaml', bold.read('pipeline.yaml').replace('steps: [1, 2, 3]', 'steps: [4, 5]'));
    const denied = await bold.pipe('run');
    expect(denied.status).toBe(0);
    expect(denied.out).toMatch(
      /^warning {3}s3:\/\/cache\/some\/where denies access \(403 \w+\).*not written to/m,
    );
    expect(denied.out).toMatch(/^done: 5 ran in /m);

    const wrong = using(moto, { ...moto.reader, AWS_SECRET_ACCESS_KEY: 'guessed' });
    const unread = await wrong.pipe('run');
    expect(unread.out).toMatch(/^warning {3}s3:\/\/cache\/some\/where denies access \(403 \w+\).*not read/m);
    expect(unread.out).toMatch(/^done: 7 ran in /m);
    expect(wrong.read('pipe.lock')).toBe(writer.read('pipe.lock'));
  }, 120_000);
});
