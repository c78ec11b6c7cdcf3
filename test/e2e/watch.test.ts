import { describe, expect, test } from 'vitest';
import { newProject, type Ended, type Project } from './project.ts';
import { words } from './words.ts';

interface Watching {
  /** Does something, and gives all that is printed until it waits again. */
  readonly after: (change: () => void) => Promise<string>;
  readonly stop: () => Promise<Ended>;
}

/** Starts watching and waits until it waits. */
async function watching(project: Project, ...args: string[]): Promise<Watching> {
  const running = project.start('run', '--watch', '--jobs', '1', ...args);
  let heard = (await running.until('for changes; Ctrl-C ends')).length;
  return {
    after: async (change) => {
      change();
      const all = await running.until('for changes; Ctrl-C ends', heard);
      const news = all.slice(heard);
      heard = all.length;
      return news;
    },
    stop: () => {
      running.child.kill('SIGINT');
      return running.ended;
    },
  };
}

const ran = (text: string): string[] => [...text.matchAll(/^ran +(\S+)/gm)].map((match) => match[1]!);

describe('watching', () => {
  test('runs what a change makes stale, and ends with status 130', async () => {
    const project = newProject(words);
    const { after, stop } = await watching(project);
    const text = await after(() => {
      project.write('text.txt', 'three little words\n');
    });
    expect(text).toContain('changed: text.txt\n');
    expect(ran(text)).toEqual(['words', 'count@length=3', 'count@length=5', 'report']);
    const manifest = await after(() => {
      project.write('pipeline.yaml', words['pipeline.yaml']!.replace('top: 2', 'top: 1'));
    });
    expect(manifest).toContain('changed: pipeline.yaml\n');
    expect(ran(manifest)).toEqual(['count@length=3', 'count@length=5', 'report']);
    const { status, err } = await stop();
    expect(err).toContain('stopping');
    expect(status).toBe(130);
  });

  test('runs the task of a file that a glob makes a value of an axis, as soon as it is there', async () => {
    const project = newProject({
      'data/a.txt': '1',
      'pipeline.yaml': `version: 1
stages:
  one:
    cmd: cat {inputs.file} > {outputs.text}
    matrix: { file: { glob: data/*.txt } }
    inputs: { file: { path: 'data/{file}.txt' } }
    outputs: { text: text.txt }
  all:
    cmd: cat {inputs.texts} > {outputs.text}
    inputs: { texts: { from: one.text, gather: [file] } }
    outputs: { text: all.txt }
`,
    });
    const { after, stop } = await watching(project);
    const text = await after(() => {
      project.write('data/b.txt', '2');
    });
    expect(text).toContain('changed: data/b.txt\n');
    expect(ran(text)).toEqual(['one@file=b', 'all']);
    expect(project.read('artifacts/all/all.txt')).toBe('12');
    const gone = await after(() => {
      project.remove('data/a.txt');
    });
    expect(ran(gone)).toEqual(['all']);
    expect(project.exists('artifacts/one/file=a')).toBe(false);
    await stop();
  });

  test('takes a burst of changes as one', async () => {
    const project = newProject(words);
    const { after, stop } = await watching(project);
    const text = await after(() => {
      for (let i = 0; i < 20; i += 1) project.write('text.txt', `one two three ${'x'.repeat(i)}\n`);
      project.write('pipeline.yaml', words['pipeline.yaml']!.replace('top: 2', 'top: 1'));
    });
    expect(text).toContain('changed: pipeline.yaml, text.txt\n');
    await stop();
    expect(project.read('artifacts/words/words.txt')).toContain('x'.repeat(19));
  });

  test('shows what is wrong with pipeline.yaml, and goes on once it is mended', async () => {
    const project = newProject(words);
    const { after, stop } = await watching(project);
    const broken = await after(() => {
      project.write('pipeline.yaml', words['pipeline.yaml']!.replace('matrix:', 'matrx:'));
    });
    expect(broken).toContain('did you mean `matrix`?');
    const mended = await after(() => {
      project.write('pipeline.yaml', words['pipeline.yaml']!.replace('top: 2', 'top: 1'));
    });
    expect(ran(mended)).toEqual(['count@length=3', 'count@length=5', 'report']);
    await stop();
  });

  test('starts with a broken pipeline.yaml and a missing input, too', async () => {
    const { 'text.txt': text, ...files } = words;
    const project = newProject({ ...files, 'pipeline.yaml': 'stages: [' });
    const { after, stop } = await watching(project);
    const mended = await after(() => {
      project.write('pipeline.yaml', words['pipeline.yaml']!);
    });
    expect(mended).toContain('there is no text.txt');
    const made = await after(() => {
      project.write('text.txt', text!);
    });
    expect(ran(made)).toEqual(['words', 'count@length=3', 'count@length=5', 'report']);
    await stop();
  });

  test('does not lose a change that comes while it runs', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  slow: { cmd: 'touch begun; cp {inputs.a} {outputs.a}; until test -e go; do sleep 0.05; done', inputs: { a: ./a.txt }, outputs: { a: a.txt } }
`,
      'a.txt': 'first',
    });
    const running = project.start('run', '--watch');
    await expect.poll(() => project.exists('begun'), { timeout: 20_000 }).toBe(true);
    project.write('a.txt', 'second');
    project.write('go', '');
    await expect
      .poll(() => project.exists('artifacts/slow/a.txt') && project.read('artifacts/slow/a.txt'), {
        timeout: 20_000,
      })
      .toBe('second');
    running.child.kill('SIGINT');
    await running.ended;
  });

  test('hears pipeline.yaml that was away, and a directory that comes back before its file', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
params: { k: 1 }
stages:
  a: { cmd: 'cat {inputs.i} > {outputs.x}; echo {params.k} >> {outputs.x}', params: [k], inputs: { i: src/a }, outputs: { x: x } }
`,
      'src/a': 'one ',
    });
    const { after, stop } = await watching(project);
    const text = project.read('pipeline.yaml');
    await after(() => {
      project.remove('pipeline.yaml');
    });
    await after(() => {
      project.write('pipeline.yaml', text.replace('k: 1', 'k: 6'));
    });
    expect(project.read('artifacts/a/x')).toBe('one 6\n');
    await after(() => {
      project.remove('src');
    });
    await after(() => {
      project.write('src/a', 'two ');
    });
    expect(project.read('artifacts/a/x')).toBe('two 6\n');
    await stop();
  });

  test('does not run for ever on what a failing command writes', async () => {
    const project = newProject({
      'in.txt': '1',
      'pipeline.yaml': `version: 1
stages:
  a: { cmd: 'echo x >> runs.txt; cat in.txt; exit 1', inputs: { i: { glob: '*.txt' } }, outputs: { x: x } }
`,
    });
    const { after, stop } = await watching(project);
    expect(project.read('runs.txt').length).toBeLessThan(12);
    const runs = project.read('runs.txt').length;
    await after(() => {
      project.write('in.txt', '2');
    });
    expect(project.read('runs.txt').length).toBeGreaterThan(runs);
    await stop();
  });

  test('notices what a stage module imports', async () => {
    const project = newProject({ 'pipeline.yaml': '', 'lib/sum.ts': '' });
    const sum = (sign: string): string =>
      `export const sum = (a: number, b: number): number => a ${sign} b;\n`;
    project.write(
      'pipeline.yaml',
      'version: 1\nstages:\n  add: { use: stages/add.ts, outputs: { sum: sum.txt } }\n',
    );
    project.write('lib/sum.ts', sum('+'));
    project.write(
      'stages/add.ts',
      `import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { sum } from '../lib/sum.ts';
export default defineStage({
  params: z.object({}),
  axes: z.object({}),
  inputs: {},
  outputs: ['sum'],
  run: ({ outputs }) => writeFile(outputs.sum, String(sum(5, 3))),
});
`,
    );
    const { after, stop } = await watching(project);
    const edited = await after(() => {
      project.write('lib/sum.ts', sum('-'));
    });
    expect(ran(edited)).toEqual(['add']);
    expect(project.read('artifacts/add/sum.txt')).toBe('2');
    const broken = await after(() => {
      project.write('lib/sum.ts', sum('-').replace('export', 'exprot'));
    });
    expect(broken).toContain('lib/sum.ts:1');
    const mended = await after(() => {
      project.write('lib/sum.ts', `// as before\n${sum('-')}`);
    });
    expect(mended).toContain('nothing to do');
    await stop();
  });

  test('notices a file that an import may mean by now: among the matches of a pattern, before another', async () => {
    const project = newProject({ 'pipeline.yaml': '', 'lib/m/one.ts': '', 'lib/said.js': '' });
    project.write('lib/said.js', "export const said = 'js';\n");
    project.write('lib/m/one.ts', "export default 'one';\n");
    project.write(
      'pipeline.yaml',
      'version: 1\nparams: { name: one }\nstages:\n  say: { use: stages/say.ts, params: [name], outputs: { text: text } }\n',
    );
    project.write(
      'stages/say.ts',
      `import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { said } from '../lib/said';
export default defineStage({
  params: z.object({ name: z.string() }),
  axes: z.object({}),
  inputs: {},
  outputs: ['text'],
  async run({ params, outputs }) {
    const { default: name } = (await import(\`../lib/m/\${params.name}.ts\`)) as { default: string };
    await writeFile(outputs.text, said + ' ' + name);
  },
});
`,
    );
    const { after, stop } = await watching(project);
    expect(project.read('artifacts/say/text')).toBe('js one');
    const more = await after(() => {
      project.write('lib/m/two.ts', "export default 'two';\n");
    });
    expect(ran(more)).toEqual(['say']);
    const nearer = await after(() => {
      project.write('lib/said.ts', "export const said = 'ts';\n");
    });
    expect(ran(nearer)).toEqual(['say']);
    expect(project.read('artifacts/say/text')).toBe('ts one');
    await stop();
  });
});
