import type { Path } from './diagnostic.ts';

/** A word of another tool, and what to write here instead. */
type Words = Readonly<Record<string, string>>;

const inputs = 'what is read stands under `inputs`, each with a name: `inputs: { data: ./data.csv }`';
const outputs = 'what is written stands under `outputs`, each with a name: `outputs: { model: model.pkl }`';
const matrix = 'one task for each value is `matrix: { name: [a, b] }`, and `{name}` in `cmd`';
const condition = 'what there is only sometimes has `when: ${parameter}`, or `when: { axis: value }`';
const command = 'the command is `cmd`, several lines with `cmd: |`';
const after =
  'a stage comes after those whose outputs it reads: `inputs: { data: other.output }`; without reading, `after: [other]`';
const stages = 'they are `stages`, by name';
const kept = 'outputs stay, and `pipe gc` frees what no lock needs';

/** Of a stage. */
const ofStage: Words = {
  deps: inputs,
  dependencies: inputs,
  input: inputs,
  sources: inputs,
  outs: outputs,
  output: outputs,
  generates: outputs,
  if: condition,
  only: condition,
  unless: condition,
  strategy: matrix,
  foreach: matrix,
  do: matrix,
  expand: matrix,
  wildcards: matrix,
  desc: 'one line that says what the stage does is its `title`',
  description: 'one line that says what the stage does is its `title`',
  message: 'one line that says what the stage does is its `title`',
  wdir: 'the directory that `cmd` runs in is `cwd`',
  dir: 'the directory that `cmd` runs in is `cwd`',
  workdir: 'the directory that `cmd` runs in is `cwd`',
  'working-directory': 'the directory that `cmd` runs in is `cwd`',
  cmds: command,
  command,
  commands: command,
  run: command,
  script: 'a program is an input and part of `cmd`: `cmd: python3 x.py`, `inputs: { script: ./x.py }`',
  threads: 'it is `resources: { threads: 4 }`',
  gpus: 'it is `resources: { gpus: 1 }`',
  gpu: 'it is `resources: { gpus: 1 }`',
  memory: 'it is `resources: { memory: 4 GB }`',
  mem: 'it is `resources: { memory: 4 GB }`',
  temp: kept,
  temporary: kept,
  persist: kept,
  dependsOn: after,
  depends_on: after,
  needs: after,
  passThroughEnv: 'variables that decide nothing stand under `passEnv`',
  vars: 'values are `params` at the top of the file; a stage names those that it depends on',
  always_changed: '`always: true` runs it in every run, `pipe run STAGE --force` this once',
  frozen: 'what is not to run is left out: `pipe run OTHER-STAGES`',
  cache: 'every output is kept in the store',
  log: 'what a command prints is kept: `pipe log last --task TASK`',
  conda: 'commands see the environment that `pipe` is started in',
  container: 'write it into `cmd`: `docker run …`',
};

/** Of the file. */
const ofFile: Words = {
  rule: stages,
  rules: stages,
  jobs: stages,
  steps: stages,
  tasks: stages,
  targets: stages,
  processes: stages,
  pipeline: stages,
  vars: 'values that stages use are `params`',
  variables: 'values that stages use are `params`',
  config: 'values that stages use are `params`, here in the file',
  configfile: 'values that stages use are `params`, here in the file',
  globalEnv: 'variables that decide are the `env` of each stage',
  globalPassThroughEnv: 'variables that decide nothing stand under `passEnv`',
  foreach: matrix,
  deps: inputs,
  outs: outputs,
  cmd: 'a command belongs to a stage: `stages: { name: { cmd: … } }`',
};

/** What a key of another tool is called here; undefined for one that is not known. */
export function translation(path: Path, key: string): string | undefined {
  const words = path.length === 0 ? ofFile : path[0] === 'stages' && path.length === 2 ? ofStage : {};
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

const CALLS: Words = {
  temp: kept,
  temporary: kept,
  protected: kept,
  directory: 'a directory is written with a slash at its end: `parts/`',
  expand: 'a list is one input with `gather`: `{ from: stage.output, gather: [axis] }`',
  touch: 'write the file in `cmd`',
  ancient: 'only the content of a file counts here, not its time',
};

/** The same of a path that is a call, `temp("x.txt")`. */
export function translatedCall(written: string): string | undefined {
  const [, name = ''] = /^(\w+)\(.*\)\s*$/s.exec(written) ?? [];
  return Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
}
