import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { newProject } from './project.ts';

const program = resolve(import.meta.dirname, '../../lib/pipe/dist');

/** The files of the program that are read before `file` can begin. */
function readBy(...files: readonly string[]): Set<string> {
  const read = new Set(files);
  for (const file of read)
    for (const [, imported = ''] of readFileSync(join(program, file), 'utf8').matchAll(
      /^(?:import|export)\b[^;'"]*["']\.\/([^"']+)["'];/gm,
    ))
      read.add(imported);
  return read;
}

/** Their names may look as if they had a digest in them. */
const entries = ['run-commands.js', 'plan-thread.js'];

const chunk = (name: string): string =>
  readdirSync(program).find(
    (file) => new RegExp(`^${name}-[\\w-]{8}\\.js$`).test(file) && !entries.includes(file),
  ) ?? `no chunk ${name}`;

test('a start reads few files: to find nothing to do, to run what is stale, and in a worker', () => {
  const nothingToDo = readBy('pipe.js', chunk('run'));
  expect(nothingToDo.size).toBeGreaterThan(2);
  expect(nothingToDo.size).toBeLessThan(7);
  expect(readBy(...nothingToDo, chunk('bring-up-to-date')).size).toBeLessThan(12);
  expect(readBy('worker.js').size).toBeLessThan(7);
  expect([...readBy('worker.js')].filter((file) => /^(?:begin|plan|commands)-\w{8}/.test(file))).toEqual([]);
});

test('forty open files are enough to run, restore and verify directories of hundreds', () => {
  const project = newProject({
    'pipeline.yaml': `version: 1
stages:
  copy:
    cmd: cat {inputs.all}/* > {outputs.text}; cp -r {inputs.all}/. {outputs.all}/
    inputs: { all: in/ }
    matrix: { n: [1, 2, 3] }
    outputs: { text: x.txt, all: d/ }
`,
    ...Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`in/${n}`, `${n}\n`])),
  });
  const pipe = JSON.stringify(process.execPath) + ' ' + JSON.stringify(join(program, 'pipe.js'));
  const script = `ulimit -n 40; ${pipe} run && rm -r artifacts && ${pipe} run && ${pipe} verify`;
  execFileSync('sh', ['-ec', script], { cwd: project.directory, stdio: 'pipe' });
  for (const n of [1, 2, 3]) expect(project.read(`artifacts/copy/n=${n}/d/399`)).toBe('399\n');
});
