import { filesGuide } from './guide-files.ts';
import { matrixGuide, valuesGuide } from './guide-matrix.ts';
import { remoteGuide } from './guide-remote.ts';
import { runningGuide } from './guide-running.ts';
import { sitesGuide } from './guide-sites.ts';
import type { KeyGuide } from './key-guide.ts';

/** The file in which the pieces of stages stand. */
export const surroundings = `version: 1
params:
  seeds: [0, 1]
  epochs: [1, 2, 5]
  train: { rate: 0.1, batch: 32 }
  draw: true
  models: [small, wide]
  model: { small: { width: 8 }, wide: { width: 16 } }
stages:
  data:
    cmd: python3 data.py {outputs.images} {outputs.classes}
    inputs: { script: ./data.py }
    outputs: { images: images.csv, classes: classes/ }
  train:
    cmd: python3 train.py {inputs.images} {outputs.model} {outputs.log}
    params: [train]
    matrix: { seed: '\${seeds}' }
    scan: { axis: epoch, values: '\${epochs}', carry: { before: model } }
    inputs: { script: ./train.py, images: data.images }
    outputs: { model: model.json, log: log.csv }
`;

/** By key, as `keysOf` names them: `stages.*.inputs.*.gather`. */
export const guide: Readonly<Record<string, KeyGuide>> = {
  version: {
    otherwise: 'required',
    examples: ['version: 1'],
    mistakes: ['version: 2'],
  },
  params: {
    default: {},
    more: 'Any YAML. A parameter may refer to others: `${path.to.parameter}`. `pipe run --set path=value` gives one another value for one run.',
    examples: [
      'params:\n  seeds: [0, 1]\n  train: { rate: 0.1, batch: 32 }\n  file: logs/${train.batch}.csv',
      'params: ./params.yaml # or .json, .toml: a mapping as above, which other programs may read, too',
    ],
    mistakes: ['params: { a: "${b}", b: "${a}" }', 'params: { a: "${c}" }', 'params: params.ini'],
  },
  profiles: {
    default: {},
    more: 'The outputs of a profile lie in `artifacts/<profile>/` and its lock is `pipe.<profile>.lock`; the store is one.',
    examples: [
      'params: { epochs: [1, 2, 5, 10], train: { rate: 0.1, batch: 32 } }\nprofiles:\n  quick: { params: { epochs: [1, 2] } }\n  slow: { params: { train: { rate: 0.01 } } }',
    ],
    mistakes: ['profiles: [quick]'],
  },
  'profiles.*.params': {
    default: {},
    more: 'Mappings are merged key by key; anything else replaces.',
    examples: [
      'params: { train: { rate: 0.1, batch: 32 } }\nprofiles:\n  slow: { params: { train: { rate: 0.01 } } }',
    ],
    mistakes: ['params: { rate: 0.1 }\nprofiles:\n  slow: { params: { rte: 0.01 } }'],
  },
  include: {
    default: [],
    more: 'With `prefix: models` its stage `train` is `models-train` here, its parameter `rate` is `models.rate`, and an output with a path of its own lies below `models/`; without one, they are as if they stood here. The paths that it writes (modules, inputs, code, `cwd`, its own `include`) are relative to its own directory, in which its commands run. A stage or parameter that it names is looked for in the file itself, then in the file that includes it, and so on. Parameters under the prefix, in `params` here, in a profile or by `--set`, go over those of the file. Of `shell`, `python` and `passEnv`, it takes from here what it does not say. `doctor`, `remote` and `sites` are the project’s own.',
    examples: [
      'include: [models/pipeline.yaml]',
      'include:\n  - { file: models/pipeline.yaml, prefix: models }\n  - { file: models/pipeline.yaml, prefix: wide }\nparams:\n  wide: { width: 64 }\nstages:\n  compare:\n    cmd: diff {inputs.small} {inputs.wide} > {outputs.difference} || true\n    inputs: { small: models-train.model, wide: wide-train.model }\n    outputs: { difference: difference.txt }',
    ],
    mistakes: [
      'include: [./pipeline.yaml]',
      'include: [model/pipeline.yaml]',
      'include:\n  - models/pipeline.yaml\n  - models/pipeline.yaml',
      'include: [{ file: models/pipeline.yaml, as: models }]',
      'include: [{ file: models/pipeline.yaml, prefix: models/small }]',
      'include: [{ file: models/pipeline.yaml, prefix: models }]\nparams:\n  models: { widht: 64 }',
    ],
  },
  python: {
    otherwise: 'the first there is of `.venv`, `$VIRTUAL_ENV`, `$CONDA_PREFIX`, and `python3` on `PATH`',
    more: 'Python stages run in it, and `{python}` in a command is its path. Its version is in the fingerprint, its place is not. `pipe doctor` says which it is.',
    examples: ['python: .venv', 'python: python3.12'],
    mistakes: ['python: 3.12'],
  },
  doctor: {
    otherwise: '`pipe doctor` tells of the machine only',
    more: 'Its default export is a `defineDoctor(…)` of `pipewright/stage`. It is part of no fingerprint.',
    examples: ['doctor: stages/doctor.ts'],
    mistakes: ['doctor: [stages/doctor.ts]'],
  },
  shell: {
    default: 'sh',
    more: 'One of `sh`, `ash`, `bash`, `dash`, `ksh`, `mksh` and `zsh`. It is started with `-e` and, where it knows it, with `-o pipefail`: the first line that fails, or the first command of a pipe, fails the task. Of these, `dash`, which is `sh` on Debian and Ubuntu, may not know `pipefail`.',
    examples: ['shell: bash'],
    mistakes: ['shell: python3'],
  },
  passEnv: {
    default: [],
    examples: ['passEnv: [HF_TOKEN]'],
    mistakes: ['passEnv: [HF-TOKEN]'],
  },
  resources: {
    default: {},
    more: 'A stage names it among its `resources`, and what running tasks hold of it stays within this number. `pipe run --resource licence=4` says otherwise for one run.',
    examples: ['resources: { licence: 2 }'],
    mistakes: ['resources: { memory: 8 }', 'resources: { licence: two }'],
  },
  ...remoteGuide,
  ...sitesGuide,
  stages: {
    otherwise: 'required',
    more: 'The order of the file is not that of the run: a stage comes after those whose outputs it reads. Names of stages, inputs, outputs, axes and profiles are a letter, then letters, digits, `-` or `_`.',
    examples: [
      'stages:\n  words:\n    cmd: wc -w < {inputs.text} > {outputs.count}\n    inputs: { text: ./text.txt }\n    outputs: { count: count.txt }',
    ],
    mistakes: [
      'stages: {}',
      'stages:\n  words: { inputs: { text: ./text.txt } }',
      'stages:\n  1st: { cmd: date }',
    ],
  },
  'stages.*.title': {
    otherwise: 'none',
    more: '`pipe dag` and the progress display show it. It is part of no fingerprint.',
    examples: ['title: losses of all seeds in one figure'],
    mistakes: ['title: [losses]'],
  },
  'stages.*.use': {
    otherwise: 'a stage has either `use` or `cmd`',
    more: 'The default export of a TypeScript module is a `defineStage(…)`; [stages.md](stages.md) tells of it. A Python module (`.py`) has a function under `@stage(…)`; [python.md](python.md) tells of that. What the module imports from the project is its code as well, without being listed.',
    examples: ['use: stages/plot.ts', 'use: stages/plot.py'],
    mistakes: ['use: stages/plot.ts\ncmd: python3 plot.py', 'use: ../plot.ts'],
  },
  'stages.*.cmd': {
    otherwise: 'a stage has either `use` or `cmd`',
    more: 'Python programs in it (`python3 plot.py`, `python -m pkg.plot`) are followed, with all that they import. Other programs that it runs are inputs, or `code`: a script that is not listed can change without the stage being stale. `{python}` is the stage’s interpreter. `${…}` in it is the shell’s, and in comments nothing is filled in. `{inputs.x.list}` is a file with the paths of `x`, one a line, for more of them than a command can take. What is filled in is one word, or several of a list, whatever it holds; it cannot stand in quotes, a here-document or backquotes of your own.',
    examples: [
      'cmd: python3 plot.py {inputs.log} {outputs.figure}\ninputs:\n  script: ./plot.py\n  log: { from: train.log, gather: [seed, epoch] }\noutputs: { figure: loss.svg }',
    ],
    mistakes: [
      'cmd: sort {inputs.txet} > {outputs.sorted}\ninputs: { text: ./text.txt }\noutputs: { sorted: sorted.txt }',
      'cmd: cat "{inputs.text}" > {outputs.copy}\ninputs: { text: ./text.txt }\noutputs: { copy: copy.txt }',
      'cmd: ""',
    ],
  },
  'stages.*.cwd': {
    default: '.',
    more: 'Placeholders of inputs are as seen from there.',
    examples: ['cmd: make -s report\ncwd: report'],
    mistakes: ['use: stages/plot.ts\ncwd: report', 'cmd: make\ncwd: /tmp'],
  },
  'stages.*.shell': {
    otherwise: 'that of the pipeline',
    more: 'Options are given instead of `-e -o pipefail`: `sh +e` goes on after a line that failed. It is part of the fingerprint.',
    examples: [
      'cmd: sort {inputs.text} | uniq -c > {outputs.counts}\nshell: bash\ninputs: { text: ./text.txt }\noutputs: { counts: counts.txt }',
    ],
    mistakes: ['use: stages/plot.ts\nshell: bash', 'cmd: date\nshell: bash -c'],
  },
  'stages.*.python': {
    otherwise: 'that of the file',
    examples: ['use: stages/plot.py\npython: tools/venv'],
    mistakes: ['use: stages/plot.ts\npython: .venv', 'use: stages/plot.py\npython: ""'],
  },
  'stages.*.code': {
    default: {},
    more: 'For what neither `use` nor `cmd` shows: modules that are chosen while the program runs, scripts that a script calls, other languages. `pipe why` names the file that changed, and of Python the function.',
    examples: [
      'cmd: Rscript fit.R {outputs.fit}\ncode: { files: [fit.R, lib/*.R] }\noutputs: { fit: fit.csv }',
    ],
    mistakes: ['use: stages/plot.ts\ncode: { files: [lib/colors.json] }', 'cmd: ./fit.sh\ncode: [fit.R]'],
  },
  'stages.*.code.python': {
    default: [],
    examples: [
      'cmd: sh train.sh {outputs.model}\ncode: { python: [train.py, models/*.py], files: [train.sh] }\noutputs: { model: model.json }',
    ],
    mistakes: ['cmd: sh train.sh\ncode: { python: [/opt/train.py] }'],
  },
  'stages.*.code.files': {
    default: [],
    more: 'A comment counts.',
    examples: [
      'cmd: julia fit.jl {outputs.fit}\ncode: { files: [fit.jl, src/*.jl] }\noutputs: { fit: fit.csv }',
    ],
    mistakes: ['cmd: ./fit\ncode: { files: [../fit.c] }'],
  },
  'stages.*.params': {
    default: [],
    more: 'Nothing else of `params` is told to the stage, and a change elsewhere does not make it stale.',
    examples: [
      'params: [train.rate, seeds]',
      "params: { rate: '${train.rate}', bins: 20 }",
      "params: [train, { model: '${model.{model}}' }]\nmatrix: { model: '${models}' }",
    ],
    mistakes: ['params: [train.rat]', "params: { model: '${model.{model}}' }"],
  },
  ...filesGuide,
  'stages.*.open': {
    otherwise: 'none',
    more: 'Of a directory, the `index.html` in it. `pipe publish` writes a copy that says how it was made. It is part of no fingerprint. Figures that only such stages read are named after it.',
    examples: ['open: page\noutputs: { page: ./report/ } # artifacts/report/index.html'],
    mistakes: ['open: pgae\noutputs: { page: page.html }', 'open: [page]\noutputs: { page: page.html }'],
  },
  ...matrixGuide,
  'stages.*.scan': {
    otherwise: 'no chain',
    more: 'A value that is added at the end adds one task, which continues from the last.',
    examples: [
      'cmd: ./continue {inputs.state} > {outputs.state}\nscan: { axis: step, values: [1, 2, 3], carry: { state: state } }\noutputs: { state: state.txt }',
    ],
    mistakes: ['scan: [1, 2, 3]', 'scan: { axis: step, values: [1, 2], carry: {} }'],
  },
  'stages.*.scan.axis': {
    otherwise: 'required in a `scan`',
    examples: [
      'scan: { axis: step, values: [1, 2], carry: { state: state } }\noutputs: { state: state.txt }',
    ],
    mistakes: [
      'scan: { axis: step, values: [1, 2], carry: { state: state } }\noutputs: { state: state.txt }\nmatrix: { step: [1, 2] }',
    ],
  },
  'stages.*.scan.values': {
    otherwise: 'required in a `scan`',
    examples: [
      "scan: { axis: epoch, values: '${epochs}', carry: { state: state } }\noutputs: { state: state.txt }",
    ],
    mistakes: ['scan: { axis: step, values: [], carry: { state: state } }\noutputs: { state: state.txt }'],
  },
  ...valuesGuide(
    'stages.*.scan.values',
    (values) =>
      `scan: { axis: step, values: ${values}, carry: { state: state } }\noutputs: { state: state.txt }`,
  ),
  'stages.*.scan.carry': {
    otherwise: 'required in a `scan`',
    more: 'In the first task the input is no file: its placeholder in a command is empty, and in a module it is null.',
    examples: [
      'scan: { axis: step, values: [1, 2], carry: { state: state } }\noutputs: { state: state.txt }',
    ],
    mistakes: ['scan: { axis: step, values: [1, 2], carry: { state: stat } }\noutputs: { state: state.txt }'],
  },
  ...runningGuide,
};
