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

/** Lines that tasks of `counted` or `segments` left. */
export function timesRun(project: Project): string[] {
  return project.exists('ran') ? project.read('ran').trim().split('\n').sort() : [];
}

export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(50);
}
