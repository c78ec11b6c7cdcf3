import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TestProject } from '../run/project.ts';

/** One stage that runs a command by a shell, the pipeline's own unless one is given. */
function project(command: string, shell?: string, top?: string): TestProject {
  const fields = { cmd: command, ...(shell !== undefined && { shell }), outputs: { text: 'text' } };
  const head = top === undefined ? {} : { shell: top };
  return new TestProject({
    'pipeline.yaml': JSON.stringify({ version: 1, ...head, stages: { it: fields } }),
  });
}

const bash = existsSync('/bin/bash');

describe('a command is strict', () => {
  const failing: [string, string, string?][] = [
    ['a line', 'cat nothing > {outputs.text}\necho footer >> {outputs.text}'],
    ['what a semicolon ends', 'false; echo footer > {outputs.text}'],
    ['the last of a group', '(true; false)\necho footer > {outputs.text}'],
    ['an assignment', 'x=$(cat nothing)\necho "$x" > {outputs.text}'],
    ...(bash ? [['the first of a pipe', 'cat nothing | sort > {outputs.text}', 'bash'] as const] : []),
  ].map(([what, command, shell]) => [what, command, shell]);

  test.each(failing)('%s that fails fails the task', async (_, command, shell) => {
    expect(await project(command, shell).run()).toEqual({ it: 'failed' });
  });

  test('where the author says otherwise, what fails is passed by', async () => {
    const tolerant = project('grep nothing /dev/null || true\nif false; then :; fi\necho 1 > {outputs.text}');
    expect(await tolerant.run()).toEqual({ it: 'ran' });
    const lax = project('false\necho 1 > {outputs.text}', 'sh +e');
    expect(await lax.run()).toEqual({ it: 'ran' });
  });

  test.runIf(bash)('by the shell of its stage, else by that of the pipeline', async () => {
    const command = 'echo "${BASH_VERSION:+bash}" > {outputs.text}';
    const said = async (shell?: string, top?: string): Promise<string> => {
      const made = project(command, shell, top);
      await made.run();
      return made.read('artifacts/it/text').trim();
    };
    expect(await said()).toBe('');
    expect(await said(undefined, 'bash')).toBe('bash');
    expect(await said('/bin/bash')).toBe('bash');
    expect(await said('sh', '/bin/bash')).toBe('');
  });

  test('another shell runs it anew', async () => {
    const it = project('echo 1 > {outputs.text}');
    await it.run();
    it.edit('pipeline.yaml', '"cmd"', '"shell":"sh -eu","cmd"');
    expect(await it.states()).toEqual({ it: 'stale' });
  });

  test('a shell that is not there is said', async () => {
    const it = project('echo 1 > {outputs.text}', '/nowhere/zsh');
    await it.run();
    expect(it.outcomes()).toMatchObject([
      [
        'it',
        {
          type: 'failed',
          message: expect.stringMatching(/could not be started: .*\/nowhere\/zsh/) as string,
        },
      ],
    ]);
  });
});

describe('a command too long for one word', () => {
  test('runs all the same', async () => {
    const list = Array.from({ length: 20_000 }, (_, i) => `value-${i}`).join(' ');
    const it = project(`n=0; for x in ${list}; do n=$((n + 1)); done; echo $n > {outputs.text}; false; true`);
    expect(await it.run()).toEqual({ it: 'failed' });
    it.edit('pipeline.yaml', '; false; true', '');
    expect(await it.run()).toEqual({ it: 'ran' });
    expect(it.read('artifacts/it/text')).toBe('20000\n');
  });
});
