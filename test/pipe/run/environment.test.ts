import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../store/temporary.ts';
import { TestProject } from './project.ts';

const secret = 'hunter2-secret';

function project(environment: Readonly<Record<string, string>>, directory?: string): TestProject {
  const stage = { cmd: 'echo "${#TOKEN} $OTHER $AWS_KEY" > {outputs.text}', outputs: { text: 'text' } };
  const files = {
    'pipeline.yaml': JSON.stringify({
      version: 1,
      passEnv: ['OTHER'],
      stages: { it: { ...stage, env: ['TOKEN'], passEnv: ['AWS_*'] } },
    }),
  };
  return new TestProject(files, {
    environment: { PATH: process.env['PATH']!, ...environment },
    directory: directory ?? temporaryDirectory(),
  });
}

function textsBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

describe('a variable under `env`', () => {
  test('decides by its value, which is written nowhere', async () => {
    const first = project({ TOKEN: secret });
    expect(await first.run()).toEqual({ it: 'ran' });
    expect(first.read('artifacts/it/text')).toBe(`${secret.length}  \n`);
    const changed = first.read('pipe.lock');
    expect(textsBelow(first.directory).filter((text) => text.includes(secret))).toEqual([]);
    const second = project({ TOKEN: `${secret}-2` });
    second.write({ 'pipe.lock': changed });
    expect((await second.inspect()).tasks[0]!.plan).toMatchObject({
      reasons: [
        { reason: 'environment', name: 'TOKEN', before: expect.stringMatching(/^sha256:/) as string },
      ],
    });
    await second.run();
    expect(textsBelow(second.directory).filter((text) => text.includes(secret))).toEqual([]);
  });

  test('has the same digest on every machine, and of another name another', async () => {
    const lock = async (environment: Record<string, string>): Promise<string> => {
      const one = project(environment);
      await one.run();
      return one.read('pipe.lock');
    };
    const it = await lock({ TOKEN: secret });
    expect(await lock({ TOKEN: secret, HOSTNAME: 'elsewhere' })).toBe(it);
    expect(await lock({ TOKEN: `${secret}!` })).not.toBe(it);
    expect(await lock({})).not.toBe(it);
  });
});

describe('a variable under `passEnv`', () => {
  test('reaches the command and decides nothing, whatever it is', async () => {
    const one = project({ OTHER: 'a', AWS_KEY: 'b', AWS: 'c' });
    expect(await one.run()).toEqual({ it: 'ran' });
    expect(one.read('artifacts/it/text')).toBe('0 a b\n');
    const lock = one.read('pipe.lock');
    const two = project({ OTHER: 'x' });
    await two.run();
    expect(two.read('pipe.lock').replace(/"outputs":\{[^}]*\}/, '')).toBe(
      lock.replace(/"outputs":\{[^}]*\}/, ''),
    );
  });

  test('need not name what says where a machine keeps things', async () => {
    const stage = { cmd: 'env > {outputs.text}', outputs: { text: 'text' } };
    const environment = {
      ...{ HF_HOME: '/hf', CUDA_VISIBLE_DEVICES: '1', https_proxy: 'http://p:1', XDG_CACHE_HOME: '/c' },
      ...{ SECRET: 'no', OMP_NUM_THREADS: '3', LC_ALL: 'C', PATH: process.env['PATH']! },
    };
    const one = new TestProject(
      { 'pipeline.yaml': JSON.stringify({ version: 1, stages: { it: stage } }) },
      { environment },
    );
    await one.run();
    const names = one
      .read('artifacts/it/text')
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names).toEqual(
      expect.arrayContaining(['HF_HOME', 'CUDA_VISIBLE_DEVICES', 'https_proxy', 'XDG_CACHE_HOME']),
    );
    for (const name of ['SECRET', 'OMP_NUM_THREADS', 'LC_ALL']) expect(names).not.toContain(name);
  });
});
