import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';
import { words } from './words.ts';

const command = resolve(import.meta.dirname, '../../lib/pipe/dist/pipe.js');
// util-linux's `script` gives a program a terminal of its own.
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout);
if (!hasScript) console.log('the display on a terminal is not tested: there is no `script` of util-linux');

/** All that a terminal of this size is sent. */
function onTerminal(project: Project, args: string, env: Record<string, string> = {}): Promise<string> {
  const size = 'stty rows 12 cols 60';
  const child = spawn('script', ['-qec', `${size}; ${process.execPath} ${command} ${args}`, '/dev/null'], {
    cwd: project.directory,
    env: { PATH: process.env['PATH'], TERM: 'xterm', LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      resolve(text.replaceAll('\r\n', '\n'));
    });
  });
}

/** Without colours and cursor movements. */
function letters(text: string): string {
  return text.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '');
}

const slow = {
  'pipeline.yaml': `version: 1
stages:
  wait:
    cmd: sleep 1; echo {n} > {outputs.a}
    matrix: { n: [1, 2] }
    outputs: { a: a.txt }
`,
};

describe.skipIf(!hasScript)('on a terminal', () => {
  test('shows what runs while it runs, and leaves a summary', async () => {
    const text = letters(await onTerminal(newProject(slow), 'run --jobs 2'));
    expect(text).toMatch(/^ {2}wait@n=1 {2}0\.\d+ s$/m);
    expect(text).toMatch(/^ {2}wait 0\/2$/m);
    expect(text).toMatch(/^0 of 2 tasks done, 2 running, 0\.\d+ s$/m);
    expect(text).toMatch(/ {2}wait {2}2 ran \([\d.]+ s\)\ndone: 2 ran in [\d.]+ s\n$/);
  });

  test('hides the cursor while it draws and brings it back', async () => {
    const text = await onTerminal(newProject(slow), 'run');
    expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
    expect(text).toContain('\u001b[?25l');
  });

  test('a run with nothing to do draws nothing', async () => {
    const project = newProject(words);
    await project.pipe('run');
    expect(letters(await onTerminal(project, 'run'))).toMatch(
      /^nothing to do: all 4 tasks are up to date \([\d.]+ s\)\n$/,
    );
  });

  test('has colours, unless told otherwise', async () => {
    const project = newProject(words);
    await project.pipe('run');
    const colour = '\u001b[32m';
    expect(await onTerminal(project, 'status')).toContain(colour);
    expect(await onTerminal(project, 'status', { NO_COLOR: '1' })).not.toContain(colour);
    expect(await onTerminal(project, 'status --no-color')).not.toContain(colour);
    expect((await project.pipe('status')).out).not.toContain(colour);
  });
});
