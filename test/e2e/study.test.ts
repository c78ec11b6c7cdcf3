import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readArrow } from 'pipewright/arrow';
import { expect, test } from 'vitest';
import { small, study } from './small-study.ts';

/** Columns of the study's tables that docs/study.md says nothing of; figures have their own, and weights the names of parts. */
async function unnamedColumns(artifacts: string): Promise<readonly string[]> {
  const page = readFileSync('docs/study.md', 'utf8');
  const named = [...page.matchAll(/`([^`\s]+)`/g)].map(([, name]) => name!);
  const isNamed = (column: string) =>
    named.some((name) => {
      const [before = '', after] = name.split('…');
      return after === undefined ? name === column : column.startsWith(before) && column.endsWith(after);
    });
  const files = readdirSync(artifacts, { recursive: true, encoding: 'utf8' });
  const tables = files.filter((path) => path.endsWith('.arrow') && !path.includes('figures/'));
  const unnamed = new Set<string>();
  for (const path of tables) {
    const { names } = await readArrow(join(artifacts, path));
    for (const column of names)
      if (!column.includes('.') && !isNamed(column)) unnamed.add(`${basename(path)}: ${column}`);
  }
  expect(tables.length).toBeGreaterThan(20);
  return [...unnamed];
}

test('the study runs to the end, then nothing does, score --force runs just the scores, and a kill in training changes no byte', async () => {
  const whole = study();
  const first = await whole.pipe('run', ...small);
  expect(first.err).toBe('');
  expect(first.status).toBe(0);
  expect(first.out).toContain('artifacts/plot/dataset=shapes/model=vgg-4/figures/figure-2.png, .svg\n');
  expect((await whole.pipe('run', ...small)).out).toMatch(/^nothing to do: all \d+ tasks are up to date/);
  expect(await unnamedColumns(join(whole.directory, 'artifacts'))).toEqual([]);
  const forced = await whole.outcomes('run', 'score', '--force', ...small);
  expect(forced.length).toBe(2 * 3);
  expect(forced.every((line) => /^score@.* ran$/.test(line))).toBe(true);
  expect((await whole.pipe('run', ...small)).out).toMatch(/^nothing to do/);

  const killed = study();
  const running = killed.start('run', ...small);
  await running.until(
    'ran       train@dataset=shapes,model=vgg-4,recipe=constant,augment=true,seed=0,epoch=1',
  );
  await sleep(100);
  running.child.kill('SIGKILL');
  await running.ended;
  const second = await killed.outcomes('run', ...small);
  expect(second).not.toContain(
    'train@dataset=shapes,model=vgg-4,recipe=constant,augment=true,seed=0,epoch=1 ran',
  );
  expect(killed.read('pipe.lock')).toBe(whole.read('pipe.lock'));
}, 600_000);

test('a further data set or model adds its own tasks, and leaves those of the others as they are', async () => {
  const project = study();
  await project.pipe('run', 'train', ...small);
  const more = [
    '--set',
    'params.models=[resnet-8, vgg-4]',
    '--set',
    'params.datasets=[shapes, fashion-mnist]',
  ];
  const { out } = await project.pipe('status', 'train', '--json', ...small, ...more);
  const { tasks } = JSON.parse(out) as { tasks: { task: string; state: string }[] };
  const old = tasks.filter(({ task }) => task === 'data@dataset=shapes' || /shapes,model=vgg-4/.test(task));
  expect(old.map(({ state }) => state)).toEqual(old.map(() => 'fresh'));
  expect(old.length).toBe(1 + 2 * 3);
  expect(tasks.filter(({ state }) => state === 'fresh').length).toBe(old.length);
  expect(tasks.length).toBe(2 + 2 * 2 * 2 * 3);
});

test.each<[string, string, string, (folder: string) => void, string]>([
  [
    'a truncated CIFAR file',
    'cifar10',
    'cifar10',
    (folder) => {
      for (const n of [1, 2, 3, 4, 5])
        writeFileSync(join(folder, `data_batch_${n}.bin`), new Uint8Array(3073));
      writeFileSync(join(folder, 'test_batch.bin'), new Uint8Array(3000));
    },
    'test_batch.bin: 3000 bytes are not a whole number of records of 3073 bytes',
  ],
  [
    'an IDX file with a wrong magic number',
    'fashion-mnist',
    'fashion',
    (folder) => {
      for (const name of ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'])
        writeFileSync(join(folder, `${name}-ubyte`), Buffer.alloc(64, 7));
    },
    'train-images-idx3-ubyte',
  ],
])('%s is refused with status 2 and its name', async (_title, profile, folder, write, text) => {
  const project = study();
  project.write(`${folder}/readme.txt`, '');
  write(join(project.directory, folder));
  const { status, out } = await project.pipe(
    ...['run', 'data', '--profile', profile],
    ...['--set', `params.dataset.${profile}.path=${folder}`],
  );
  expect(out).toContain(`failed  data@dataset=${profile}: ${folder}/${text}`);
  expect(out).not.toContain('    at ');
  expect(status).toBe(2);
  expect(project.exists(`artifacts/${profile}/data`)).toBe(false);
});

test.each([
  ['segments: [12, 36]', 'segments: [twelve, 36]', 'the axis `epoch` cannot be `twelve`', 'twelve'],
  ['augment: [false, true]', 'augment: [false, maybe]', 'the axis `augment` cannot be `maybe`', 'maybe'],
])('a value that an axis cannot have is pointed at: %s', async (good, bad, message, value) => {
  const project = study();
  const text = project.read('pipeline.yaml');
  expect(text).toContain(good);
  project.write('pipeline.yaml', text.replace(good, bad));
  const { status, err } = await project.pipe('run', 'train');
  expect(err).toContain(message);
  const [, source = '', carets = ''] = err.split('\n');
  expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe(value);
  expect(status).toBe(2);
});

test('mixed precision on an engine without it is pointed at, and nothing runs', async () => {
  const project = study();
  const text = project.read('pipeline.yaml').replace('backend: auto', 'backend: js');
  project.write('pipeline.yaml', text.replace('precision: float32', 'precision: mixed'));
  const { status, err } = await project.pipe('run', 'train');
  const line = text.split('\n').findIndex((each) => each.includes('precision: float32')) + 1;
  expect(err).toContain(`pipeline.yaml:${line}:16: `);
  expect(err).toContain(
    'the js engine has no mixed precision; take engine.backend: onnxruntime, or float32 here',
  );
  expect(err.split('\n')[2]).toMatch(/ \^{5}$/);
  expect(status).toBe(2);
  expect(project.exists('artifacts')).toBe(false);
});
