import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasNginx, startNginx } from '../pipe/remote/nginx.ts';
import { nightly } from '../pipe/run/kills.ts';
import { startApart } from './apart.ts';
import { ofLibrary, otherMachine, until } from './jobs.ts';
import { newProject, projectIn } from './project.ts';
import { copyStudy, small, study } from './small-study.ts';

const repository = resolve(import.meta.dirname, '../..');

/** Commands with a script of the project, a module and its text file, a chain of modules, a directory, and what gathers them. */
const mixed: Readonly<Record<string, string>> = {
  'pipeline.yaml': `version: 1
params: { top: 2 }
stages:
  word:
    cmd: echo w{n} >> THERE/ran; sh {inputs.script} {inputs.text} {n} > {outputs.w}
    matrix: { n: [1, 2, 3] }
    inputs: { script: ./tools/upper.sh, text: ./text.txt }
    outputs: { w: w.txt }
  pages:
    cmd: mkdir -p {outputs.pages}/deep && cp {inputs.w} {outputs.pages}/deep/ && cp {inputs.script} {outputs.pages}/run && chmod +x {outputs.pages}/run
    inputs: { script: ./tools/upper.sh, w: word.w }
    outputs: { pages: pages/ }
  count:
    use: stages/count.ts
    params: [top]
    inputs: { pages: pages.pages }
    outputs: { counts: counts.json }
  sum:
    use: stages/sum.ts
    scan: { axis: step, values: [1, 2, 3, 4], carry: { before: sum } }
    outputs: { sum: sum.txt }
  all:
    cmd: cat {inputs.counts} {inputs.sums} > {outputs.a}
    inputs:
      counts: { from: count.counts, gather: [n] }
      sums: { from: sum.sum, gather: [step] }
    outputs: { a: a.txt }
`,
  'text.txt': 'some words\n',
  'tools/upper.sh': 'tr a-z A-Z < "$1"; echo $2\n',
  'stages/count.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  params: z.object({ top: z.number() }),
  inputs: { pages: 'many' },
  outputs: ['counts'],
  run: ({ inputs, outputs, params }) => {
    const sizes = inputs.pages.map(({ name, path }) => [name, readFileSync(path).length * params.top]);
    writeFileSync(outputs.counts, JSON.stringify(sizes) + '\\n');
  },
});
`,
  'stages/sum.ts': `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  inputs: { before: 'optional' },
  outputs: ['sum'],
  run: ({ inputs, outputs, axes }) => {
    appendFileSync('THERE/ran', 's' + axes.step + '\\n');
    const before = inputs.before === null ? 0 : Number(readFileSync(inputs.before.path, 'utf8'));
    writeFileSync(outputs.sum, String(before + Number(axes.step)) + '\\n');
  },
});
`,
};

/** Three commands that read a file, each of which writes its number when it runs. */
const commands = (command: string): Readonly<Record<string, string>> => ({
  'pipeline.yaml': `version: 1
stages:
  word:
    cmd: echo {n} >> THERE/ran; ${command}; echo {n} > {outputs.w}
    matrix: { n: [1, 2, 3] }
    inputs: { text: ./text.txt }
    outputs: { w: w.txt }
`,
  'text.txt': mixed['text.txt']!,
});

describe.skipIf(!hasNginx || process.platform !== 'linux')(
  'jobs that share no files with their driver',
  () => {
    test('compute all through nginx, each once, with the lock and the files that they have here', async () => {
      const { http } = await startNginx();
      const { project, there, ran } = startApart(mixed, `${http}/open`);
      const { status, out, err } = await project.pipe('run', '--on', 'far');
      expect([status, err], out).toEqual([0, '']);
      expect(ran()).toEqual(['s1', 's2', 's3', 's4', 'w1', 'w2', 'w3']);
      const texts = Object.entries(mixed).map(
        ([name, text]) => [name, text.replaceAll('THERE', there)] as const,
      );
      const here = newProject(Object.fromEntries(texts));
      await here.pipe('run');
      expect(project.read('pipe.lock')).toBe(here.read('pipe.lock'));
      expect(project.read('artifacts/all/a.txt')).toBe(here.read('artifacts/all/a.txt'));
      expect((await project.pipe('run', '--on', 'far')).out).toMatch(/^nothing to do/);
    });

    test('a failure is told as it is here, with what was printed, and what it was given is in order', async () => {
      const { http } = await startNginx();
      const files = commands('cat {inputs.text}; echo no luck >&2; exit 3');
      const { project, ran } = startApart(files, `${http}/open`);
      const { status, out } = await project.pipe('run', '--on', 'far');
      expect([status, ran()]).toEqual([1, ['1', '2', '3']]);
      expect(out).toContain('word@n=1: it ended with exit status 3');
      expect(out).toContain('| some words');
      expect(out).toContain('| no luck');
    });

    test('a module that throws is told of by the places of its source', async () => {
      const { http } = await startNginx();
      const source = mixed['stages/sum.ts']!.replace(
        'const before',
        "if (axes.step === 3) throw new Error('no third');\n    const before",
      );
      const { project, ran } = startApart({ ...mixed, 'stages/sum.ts': source }, `${http}/open`);
      const { status, out } = await project.pipe('run', '--on', 'far', 'sum');
      expect([status, ran()]).toEqual([1, ['s1', 's2', 's3']]);
      expect(out).toContain('no third');
      expect(out).toMatch(/\| +at .*stages\/sum\.ts:\d+/);
      expect(out).not.toContain('/jobs/work/');
    });

    test('a driver that is killed leaves its jobs, and the next one takes them up: nothing runs twice', async () => {
      const { http } = await startNginx();
      const { project, ran, asked, there } = startApart(
        commands('sleep 4; cat {inputs.text}'),
        `${http}/open`,
      );
      const run = project.start('run', '--on', 'far');
      await until(() => ran().length === 3);
      run.child.kill('SIGKILL');
      await run.ended;
      const { status, out } = await project.pipe('run', '--on', 'far');
      expect([status, ran(), asked()], out).toEqual([0, ['1', '2', '3'], 3]);
      expect(project.read('artifacts/word/n=2/w.txt')).toBe('2\n');
      expect(Object.keys(project.files()).filter((path) => path.startsWith('cache/jobs/2'))).toEqual([]);
      expect(readdirSync(join(there, 'cache/jobs/work'))).toEqual([]);
    });

    test('with --detach jobs go on without a driver, and a later run takes what they made', async () => {
      const { http, names } = await startNginx();
      const { project, ran, alive } = startApart(commands('true'), `${http}/open`);
      const left = await project.pipe('run', '--on', 'far', '--detach');
      expect(left.err).toBe('');
      await until(() => ran().length === 3 && alive() === 0);
      expect(names('ac').length).toBeGreaterThan(3);
      const { status, out } = await project.pipe('run', '--on', 'far');
      expect(status).toBe(0);
      expect(out).toContain('3 restored');
      expect(ran()).toHaveLength(3);
    });

    test('stopped by Ctrl-C, it ends its jobs', async () => {
      const { http } = await startNginx();
      const { project, ran, alive } = startApart(commands('sleep 600'), `${http}/open`);
      const run = project.start('run', '--on', 'far');
      await until(() => ran().length === 3);
      run.child.kill('SIGINT');
      const { status } = await run.ended;
      expect([status, alive()]).toEqual([130, 0]);
    });

    test('an input that is gone from the cache by the time that a job wants it is given again', async () => {
      const { http, drop } = await startNginx();
      // The engine keeps its jobs until the cache has lost what they read.
      const { project, asked, there } = startApart(commands('cat {inputs.text}'), `${http}/open`, {
        WAIT: '1',
      });
      const run = project.start('run', '--on', 'far', 'word@n=1');
      await until(() => asked() === 1);
      drop('cas', createHash('sha256').update(mixed['text.txt']!).digest('hex'));
      writeFileSync(join(there, 'go'), '');
      const { status, out } = await run.ended;
      expect([status, project.read('artifacts/word/n=1/w.txt')], out).toEqual([0, '1\n']);
      expect(out).toContain('text.txt is not to be had there; it starts over');
    });

    test('a cache that is away while jobs run loses nothing: what they did is heard of when it is back', async () => {
      const nginx = await startNginx();
      const wait = 'until [ -e THERE/on ]; do sleep 0.1; done';
      const { project, ran, asked, there } = startApart(commands(wait), `${nginx.http}/open`);
      const run = project.start('run', '--on', 'far');
      await until(() => ran().length === 3);
      await nginx.kill();
      writeFileSync(join(there, 'on'), '');
      await run.until('cannot be reached');
      await nginx.up();
      const { status, out } = await run.ended;
      expect([status, ran(), asked()], out).toEqual([0, ['1', '2', '3'], 3]);
    });

    test.skipIf(!nightly)(
      'the study of this repository has byte for byte the lock that it has here',
      async () => {
        const here = study();
        expect((await here.pipe('run', ...small)).status).toBe(0);
        const { http } = await startNginx();
        const { project } = startApart({}, `${http}/open`);
        copyStudy(project);
        const { status, out } = await project.pipe('run', '--on', 'far', ...small);
        expect(status, out).toBe(0);
        expect(project.read('pipe.lock')).toBe(here.read('pipe.lock'));
      },
      1_200_000,
    );

    test('what is said lies in the cache encrypted, values of variables above all', async () => {
      const { http, texts } = await startNginx();
      const files = commands('echo printed $((40 + {n}))');
      const declared = files['pipeline.yaml']!.replace('    matrix', '    env: [SECRET]\n    matrix');
      const { project } = startApart({ ...files, 'pipeline.yaml': declared }, `${http}/open`, {
        SECRET: 'hush hush',
      });
      const { status, err } = await project.pipe('run', '--on', 'far');
      expect([status, err]).toEqual([0, '']);
      expect(texts().filter((text) => text.includes('hush') || /printed 4\d/.test(text))).toEqual([]);
    });

    test('tasks are planned for the toolchain that a stage names on the machines there, and the result is of that', async () => {
      const { http } = await startNginx();
      const { project, there, asked } = startApart(ofLibrary, `${http}/open`);
      const node = otherMachine(projectIn(there, {}), '/there');
      const settings = project.read('pipe.local.yaml');
      project.write(
        'pipe.local.yaml',
        settings.replace(JSON.stringify(process.execPath), JSON.stringify(node)),
      );
      const { status, err } = await project.pipe('run', '--on', 'far');
      expect([status, err, project.read('artifacts/bits/bits.txt')]).toEqual([0, '', '/there\n']);
      expect(project.read('pipe.lock')).toContain('"library":"/there"');
      // One that asks, and one that computes.
      expect(asked()).toBe(2);
    });

    test('packages of another version there compute nothing, which is told', async () => {
      const { http } = await startNginx();
      const { project, there } = startApart(mixed, `${http}/open`);
      rmSync(join(there, 'node_modules'));
      mkdirSync(join(there, 'node_modules/zod'), { recursive: true });
      symlinkSync(join(repository, 'node_modules/pipewright'), join(there, 'node_modules/pipewright'));
      writeFileSync(join(there, 'node_modules/zod/package.json'), '{ "name": "zod", "version": "0.0.1" }');
      const { status, out } = await project.pipe('run', '--on', 'far', 'count@n=1');
      expect(status).toBe(1);
      expect(out).toContain(
        'the stage names another toolchain on nodes of far than it was planned for (zod 0.0.1)',
      );
    });

    test('without a remote cache that may be written to, it says so and does nothing', async () => {
      const { project, asked } = startApart(commands('true'), 'http://127.0.0.1:9/none');
      const settings = project.read('pipe.local.yaml');
      project.write('pipe.local.yaml', settings.replace(',"write":true', ''));
      const { status, err } = await project.pipe('run', '--on', 'far');
      expect([status, err, asked()]).toEqual([
        2,
        'error: --on far: jobs that share no files with this machine meet it in a remote cache, and http://127.0.0.1:9/none, which pipe.local.yaml names, is only read from (`write: true`)\nhint: docs/cluster.md has an example\n',
        0,
      ]);
    });
  },
);
