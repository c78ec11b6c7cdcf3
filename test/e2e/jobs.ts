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

/** Lines that tasks of `counted` left. */
export function timesRun(project: Project): string[] {
  return project.exists('ran') ? project.read('ran').trim().split('\n').sort() : [];
}

export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(50);
}
