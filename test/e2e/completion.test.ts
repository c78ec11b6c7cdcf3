import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

const manifest = `version: 1
params: { train: { epochs: 3, name: small } }
profiles: { quick: { params: { train: { epochs: 1 } } } }
stages:
  train: { title: fit it, cmd: 'echo {seed} > {outputs.model}', matrix: { seed: [0, 1] }, outputs: { model: model.txt } }
  plot: { cmd: 'cat {inputs.models} > {outputs.figure}', inputs: { models: { from: train.model, gather: [seed] } }, outputs: { figure: figure.txt } }
`;

/** A project, and `pipe` as a command beside it. */
function project(): Project {
  const made = newProject({ 'pipeline.yaml': manifest });
  mkdirSync(join(made.directory, 'bin'));
  const program = resolve(import.meta.dirname, '../../lib/pipe/dist/pipe.js');
  writeFileSync(
    join(made.directory, 'bin/pipe'),
    `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`,
  );
  chmodSync(join(made.directory, 'bin/pipe'), 0o755);
  // What the scripts of shells call, if anything.
  symlinkSync(process.execPath, join(made.directory, 'bin/node'));
  return made;
}

/** What the shell prints when it runs a script in the project. */
function shell({ directory }: Project, name: string, args: readonly string[], script: string): string[] {
  const env = {
    PATH: `${join(directory, 'bin')}:${process.env['PATH']}`,
    HOME: directory,
    LC_ALL: 'C.UTF-8',
  };
  const { stdout, stderr } = spawnSync(name, [...args, '-c', script], {
    cwd: directory,
    env,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

const has = (name: string) => spawnSync(name, ['-c', 'exit 0']).status === 0;

/** Line → what completes it; for bash, what stands in the place of the part behind the last `=` or `@`. */
const lines: readonly (readonly [line: string, completions: readonly string[], bash?: readonly string[]])[] =
  [
    ['pipe ver', ['verify']],
    ['pipe run --dow', ['--downstream']],
    ['pipe run ', ['train', 'plot']],
    ['pipe run train@', ['train@seed=0', 'train@seed=1'], ['seed=0', 'seed=1']],
    ['pipe why plot tr', ['train']],
    ['pipe show plot.', ['plot.figure']],
    ['pipe show artifacts/', ['artifacts/train/', 'artifacts/plot/']],
    ['pipe run --profile ', ['quick']],
    ['pipe run --set params.train.e', ['params.train.epochs=']],
    ['pipe run --set train.e', ['train.epochs=']],
    ['pipe run --profile quick --set train.epochs=', ['train.epochs=1'], ['1']],
    ['pipe run --profile quick --set params.train.epochs=', ['params.train.epochs=1'], ['1']],
    ['pipe init --template t', ['typescript']],
    ['pipe completion f', ['fish']],
    ['pipe help stat', ['status']],
  ];
const cases = lines.map(([line, completions, bash = completions]) => ({ line, completions, bash }));

describe.skipIf(!has('bash'))('bash completes', () => {
  test.each(cases)('$line', ({ line, bash }) => {
    const script = `source <(pipe completion bash)
COMP_LINE=${JSON.stringify(line)} COMP_POINT=${line.length} COMP_WORDS=(pipe)
_pipe_completion
printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(shell(project(), 'bash', ['--norc'], script).sort()).toEqual([...bash].sort());
  });
});

describe.skipIf(!has('zsh'))('zsh completes', () => {
  test.each(cases)('$line', ({ line, completions }) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    // Its own commands for completing work in its editor alone; here they print what they are given.
    const script = `compdef() { }
_files() { }
compadd() { print -l -- "\${(@P)argv[-1]}" }
source <(pipe completion zsh)
words=(${words.join(' ')}) CURRENT=${words.length}
_pipe`;
    expect(shell(project(), 'zsh', ['-f'], script).sort()).toEqual([...completions].sort());
  });
});

describe.skipIf(!has('fish'))('fish completes', () => {
  test.each(cases)('$line', ({ line, completions }) => {
    const script = `pipe completion fish | source\ncomplete -C ${JSON.stringify(line)}`;
    const lines = shell(project(), 'fish', ['--no-config'], script);
    expect(lines.map((each) => each.split('\t')[0]).sort()).toEqual([...completions].sort());
  });
});

test('while pipeline.yaml has a mistake, what needs none of it is completed, and nothing is said', async () => {
  const made = project();
  made.write('pipeline.yaml', 'version: 1\nstages: [');
  expect(await made.pipe('complete', '--', 'run', '')).toEqual({ status: 0, out: '', err: '' });
  expect((await made.pipe('complete', '--', 'run', '--unt')).out).toContain('--until\t');
});
