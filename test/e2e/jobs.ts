import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Project } from './project.ts';

/** Six tasks that each write a line of their own when they run, and one that reads what they made. */
export const counted = (command: string, more = '', resources = ''): Record<string, string> => ({
  'pipeline.yaml': `version: 1
stages:
  word:
    cmd: echo {n} >> ran; ${command}; echo {n} > {outputs.w}
${resources === '' ? '' : `    resources: ${resources}\n`}    matrix: { n: [1, 2, 3, 4, 5, 6] }
    outputs: { w: w.txt }
${more}  all:
    cmd: cat {inputs.w} > {outputs.a}
    inputs: { w: { from: word.w, gather: [n] } }
    outputs: { a: a.txt }
`,
});

/** A chain of six modules, each of which writes a line of its own when it runs and then takes so many milliseconds. */
export const segments = (ms: number, resources = ''): Record<string, string> => ({
  'pipeline.yaml': `version: 1
stages:
  sum:
    use: stages/sum.ts
${resources === '' ? '' : `    resources: ${resources}\n`}    scan: { axis: step, values: [1, 2, 3, 4, 5, 6], carry: { before: sum } }
    outputs: { sum: sum.txt }
`,
  'stages/sum.ts': `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  inputs: { before: 'optional' },
  outputs: ['sum'],
  run: async ({ inputs, outputs, axes }) => {
    appendFileSync('ran', axes.step + '\\n');
    await new Promise((resolve) => setTimeout(resolve, ${ms}));
    const before = inputs.before === null ? 0 : Number(readFileSync(inputs.before.path, 'utf8'));
    writeFileSync(outputs.sum, String(before + Number(axes.step)) + '\\n');
  },
});
`,
});

/** A module whose toolchain is a library of its machine, which has a say in what it writes. */
export const ofLibrary: Readonly<Record<string, string>> = {
  'pipeline.yaml': `version: 1
stages:
  bits: { use: stages/bits.ts, outputs: { bits: bits.txt } }
`,
  'stages/bits.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipewright/stage';
const library = () => process.env['LD_LIBRARY_PATH'] ?? 'none';
export default defineStage({
  outputs: ['bits'],
  toolchain: () => ({ library: library() }),
  run: ({ outputs }) => writeFileSync(outputs.bits, library() + '\\n'),
});
`,
};

/**
 * A program Node.js that is one of another machine, with another processor and a library there. Each of its starts has
 * the next of the libraries, and all further ones the last.
 */
export function otherMachine(project: Project, ...libraries: readonly string[]): string {
  project.write('there/starts', '');
  project.write(
    'there/processor.mjs',
    `import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';
const { cpus } = os;
os.cpus = () => cpus().map((cpu) => ({ ...cpu, model: 'another one, with ' + process.env.LD_LIBRARY_PATH }));
syncBuiltinESMExports();
`,
  );
  const there = join(project.directory, 'there');
  const choose = libraries.map((library, index) => `[ $count -gt ${index} ] && library=${library}`);
  const words = [
    `echo x >>${there}/starts; count=$(wc -l <${there}/starts)`,
    ...choose,
    `export LD_LIBRARY_PATH=$library; exec ${process.execPath} --import ${there}/processor.mjs "$@"`,
  ];
  project.write('there/node', ['#!/bin/sh', ...words, ''].join('\n'));
  chmodSync(join(there, 'node'), 0o755);
  return join(there, 'node');
}

/** Lines that tasks of `counted` or `segments` left. */
export function timesRun(project: Project): string[] {
  return project.exists('ran') ? project.read('ran').trim().split('\n').sort() : [];
}

export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(50);
}
