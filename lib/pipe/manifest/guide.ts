import { matrixGuide, valuesGuide } from './guide-matrix.ts';
import { remoteGuide } from './guide-remote.ts';
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
  'stages.*.inputs': {
    default: {},
    more: 'What is read is told by its content, not its time. The axes of stages that it reads become axes of this one, too.',
    examples: [
      'inputs:\n  images: data.images # an output of another stage\n  notes: ./notes.md # a file of the project\n  scripts: lib/ # a directory: all files in it',
    ],
    mistakes: [
      'inputs: [data.images]',
      'inputs: { images: dat.images }',
      'inputs: { notes: notes }',
      'inputs: { secret: ../secret }',
    ],
  },
  'stages.*.inputs.*.from': {
    otherwise: 'required in this form',
    examples: ['inputs: { images: { from: data.images } }'],
    mistakes: ['inputs: { images: { from: data.imags } }', 'inputs: { images: { from: data } }'],
  },
  'stages.*.inputs.*.gather': {
    default: [],
    more: 'The gathered axes are then none of this stage; the others stay.',
    examples: ['inputs: { logs: { from: train.log, gather: [epoch] } } # seed stays an axis'],
    mistakes: [
      'inputs: { logs: { from: train.log, gather: [epochs] } }',
      'inputs: { logs: { from: train.log, gather: epoch } }',
    ],
  },
  'stages.*.inputs.*.at': {
    default: {},
    examples: ['inputs: { last: { from: train.model, at: { epoch: 5 } } }'],
    mistakes: [
      'inputs: { last: { from: train.model, at: { epoch: 50 } } }',
      'inputs: { last: { from: train.model, at: [epoch] } }',
    ],
  },
  'stages.*.inputs.*.file': {
    otherwise: 'all of the output',
    examples: ['inputs: { list: { from: data.classes, file: classes.txt } }'],
    mistakes: [
      'inputs: { list: { from: data.images, file: classes.txt } }',
      'inputs: { list: { from: data.classes, file: ../images.csv } }',
    ],
  },
  'stages.*.inputs.*.path': {
    otherwise: 'required in this form',
    examples: [
      "inputs: { table: { path: 'tables/{seed}.csv' } }\nmatrix: { seed: [0, 1] }",
      'inputs: { extra: { path: null } } # no file',
    ],
    mistakes: [
      "inputs: { table: { path: 'tables/{sed}.csv' } }\nmatrix: { seed: [0, 1] }",
      'inputs: { table: { path: [a.csv] } }',
    ],
  },
  'stages.*.inputs.*.external': {
    default: false,
    examples: ['inputs: { images: { path: /data/images, external: true } }'],
    mistakes: [
      'inputs: { images: { path: /data/images } }',
      'inputs: { images: { path: /data/images, external: yes } }',
    ],
  },
  'stages.*.inputs.*.glob': {
    otherwise: 'required in this form',
    more: 'At least one file has to match. `cache/`, `artifacts/`, `.git/` and `node_modules/` are left out, and names that begin with a dot.',
    examples: ["inputs: { notes: { glob: 'notes/**/*.md' } }"],
    mistakes: ["inputs: { notes: { glob: '../notes/*.md' } }", 'inputs: { notes: { glob: [a.md, b.md] } }'],
  },
  'stages.*.outputs': {
    default: {},
    more: 'A file name `name` is short for `<stage>/{axes}/<name>`, where `{axes}` stands for `axis=value/…`. What a stage writes elsewhere is not kept, restored or seen.',
    examples: [
      'outputs: { figure: loss.svg } # artifacts/it/loss.svg',
      "outputs: { figure: 'figures/{seed}.svg' }\nmatrix: { seed: '${seeds}' }",
      'outputs: { pages: pages/ } # a directory',
    ],
    mistakes: [
      'outputs: { figure: /tmp/loss.svg }',
      "outputs: { figure: figures/loss.svg }\nmatrix: { seed: '${seeds}' }",
      'outputs: loss.svg',
    ],
  },
  'stages.*.outputs.*.path': {
    otherwise: 'required, where the output is a mapping',
    examples: ['outputs: { figure: { path: loss.svg } } # as figure: loss.svg'],
    mistakes: ['outputs: { figure: { temp: true } }'],
  },
  'stages.*.outputs.*.temp': {
    default: false,
    more: 'It leaves `artifacts/` and the store as soon as all tasks of the run that read it have ended well, and counts as up to date though it is gone. When a task that reads it has to run, it is made again, and so is what it takes to make it, as far as that is gone. If it comes out with other bytes, everything that reads it runs. Of a run that reads none of it (`pipe run data`), it is what is asked for, and stays. Where a reader failed, it stays for the next run. It is part of no fingerprint.',
    examples: [
      'scan: { axis: step, values: { from: 1, to: 9 }, carry: { before: state } }\noutputs:\n  state: { path: state.json, temp: true } # that of the last step stays\n  log: log.csv',
    ],
    mistakes: ['outputs: { sorted: { path: sorted.csv, temp: true } }'],
  },
  'stages.*.metrics': {
    default: [],
    more: 'Numbers are read from JSON, YAML, CSV, TSV and Arrow: of a mapping every number in it, under its dotted path, of a table the mean of each column (`mean loss`). Part of no fingerprint: with another declaration nothing runs. Where no stage has any, `pipe diff` compares what JSON and Arrow outputs hold.',
    examples: [
      'metrics: [scores]\noutputs: { scores: scores.json }',
      'metrics: { scores: { fields: [accuracy] }, pages/summary.json: {} }\noutputs: { scores: scores.json, pages: pages/ }',
    ],
    mistakes: [
      'metrics: [score]\noutputs: { scores: scores.json }',
      'metrics: [pages]\noutputs: { pages: pages/ }',
      'metrics: [figure]\noutputs: { figure: loss.svg }',
    ],
  },
  'stages.*.metrics.*.fields': {
    otherwise: 'every number there is',
    examples: ['metrics: { log: { fields: [loss, accuracy] } }\noutputs: { log: log.csv }'],
    mistakes: ['metrics: { log: { fields: loss } }\noutputs: { log: log.csv }'],
  },
  'stages.*.metrics.*.rows': {
    otherwise: 'the mean, called `mean loss`',
    more: 'One of `last`, `first`, `mean`, `min`, `max`; the metric is then called as its column.',
    examples: ['metrics: { log: { fields: [loss], rows: last } }\noutputs: { log: log.csv }'],
    mistakes: [
      'metrics: { log: { rows: median } }\noutputs: { log: log.csv }',
      'metrics: { scores: { rows: last } }\noutputs: { scores: scores.json }',
    ],
  },
  'stages.*.metrics.*.by': {
    default: [],
    more: 'The metric `mssim` of the rows with `saliency` in the column `method` is `saliency.mssim`.',
    examples: [
      'metrics: { scores: { fields: [mssim], by: [method], rows: mean } }\noutputs: { scores: scores.arrow }',
    ],
    mistakes: ['metrics: { scores: { by: [method] } }\noutputs: { scores: scores.json }'],
  },
  'stages.*.plots': {
    default: [],
    more: 'A run that made figures or pages among them names these at its end, and no others. `pipe ui` draws the tables, a line for each task. Part of no fingerprint.',
    examples: [
      'plots: [figure]\noutputs: { figure: loss.svg }',
      'plots: { log: { x: epoch, y: [loss] } }\noutputs: { log: log.csv }',
    ],
    mistakes: ['plots: [figures]\noutputs: { figure: loss.svg }'],
  },
  'stages.*.plots.*.x': {
    otherwise: 'the number of the row',
    examples: ['plots: { log: { x: epoch } }\noutputs: { log: log.csv }'],
    mistakes: ['plots: { figure: { x: epoch } }\noutputs: { figure: loss.svg }'],
  },
  'stages.*.plots.*.y': {
    otherwise: 'every column of numbers',
    examples: ['plots: { log: { y: [loss, accuracy] } }\noutputs: { log: log.csv }'],
    mistakes: ['plots: { log: { y: loss } }\noutputs: { log: log.csv }'],
  },
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
  'stages.*.resources': {
    default: {},
    more: 'Tasks run side by side as long as they fit into what there is: the machine’s, or what `pipe run --jobs`, `--gpus` and `--memory` say. Beside the keys below, any that `resources` at the top of the file names. A task that asks for more than there ever is, of anything but threads, is told by `pipe status`, and `pipe run` refuses to start it. Part of no fingerprint.',
    examples: ['resources: { threads: 4, gpus: 1 }', 'resources: { memory: 4 GB }'],
    mistakes: ['resources: { cpus: 4 }'],
  },
  'stages.*.resources.threads': {
    default: 1,
    more: 'A task that asks for more than there are is given all; `$PIPE_THREADS`, or `threads` of a module’s task, says how many.',
    examples: ['resources: { threads: 4 }'],
    mistakes: ['resources: { threads: 0 }', 'resources: { threads: 1.5 }'],
  },
  'stages.*.resources.gpu': {
    default: 0,
    more: 'Tasks with a share each use one together: `0.5`. More than 1 is 1. Each is given the GPU of which the least is held, as `CUDA_VISIBLE_DEVICES`. Where none is known of, all share one without a name.',
    examples: ['resources: { gpu: 0.5 }'],
    mistakes: ['resources: { gpu: -1 }'],
  },
  'stages.*.resources.gpus': {
    default: 0,
    more: 'They are its own: no other task holds them meanwhile. A command sees them as `CUDA_VISIBLE_DEVICES`, a module is told as `devices`, too. There are as many as the caller’s `CUDA_VISIBLE_DEVICES` names, else as there are files `/dev/nvidia0`, `/dev/nvidia1` …; `pipe run --gpus N` takes the first so many.',
    examples: ['resources: { gpus: 2 }'],
    mistakes: ['resources: { gpus: 0.5 }', 'resources: { gpu: 0.5, gpus: 1 }'],
  },
  'stages.*.resources.memory': {
    default: 0,
    more: 'Units are `B`, `KB`, `MB`, `GB`, `TB` of 1000 and `KiB`, `MiB`, `GiB`, `TiB` of 1024. It is what the task is counted with, not a limit that is enforced. There is what the machine has, or its container is held to; `pipe run --memory 8GB` says otherwise. Of a list, this is the first; on a [cluster](cluster.md), where it is a limit, a task that needed more gets the next.',
    examples: ['resources: { memory: 4 GB }', 'resources: { memory: [4 GB, 16 GB, 64 GB] }'],
    mistakes: ['resources: { memory: much }', 'resources: { memory: -1 }'],
  },
  'stages.*.resources.time': {
    otherwise: 'what the site says',
    more: 'Units are `s`, `min`, `h` and `d`. Counts on a [cluster](cluster.md) only; `timeout` counts everywhere. Of a list, a task that took longer gets the next.',
    examples: ['resources: { time: 2 h }', 'resources: { time: [1 h, 8 h] }'],
    mistakes: ['resources: { time: long }', 'resources: { time: -1 }'],
  },
  'stages.*.env': {
    default: [],
    more: 'Only a digest of each value is kept, in `pipe.lock` and elsewhere; a short value can be guessed from it. Beside these and `passEnv`, a task has `PATH`, `HOME`, `TMPDIR`, `LANG`, `TZ` and what `passEnv` says is passed always.',
    examples: ['env: [LC_ALL, MODEL_REVISION]'],
    mistakes: ['env: { A: 1 }', 'env: [MY-NAME]'],
  },
  'stages.*.passEnv': {
    default: [],
    more: 'A name may end in `*`. Passed always, and without a say: `USER`, `LOGNAME`, `SHELL`, `TMP`, `TEMP`, `XDG_*`, `SSH_AUTH_SOCK`; proxies (`HTTP_PROXY`, `https_proxy`, `NO_PROXY` …) and certificates (`SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` …); `CUDA_VISIBLE_DEVICES`, `CUDA_HOME` and their like of NVIDIA and AMD; `LD_LIBRARY_PATH`, `VIRTUAL_ENV`, `CONDA_PREFIX`; `HF_HOME`, `TORCH_HOME`, `KERAS_HOME`, `NLTK_DATA`, `PIP_CACHE_DIR` and other caches.',
    examples: ['passEnv: [HF_TOKEN, AWS_*]'],
    mistakes: ['env: [TOKEN]\npassEnv: [TOKEN]', 'passEnv: HF_TOKEN'],
  },
  'stages.*.timeout': {
    otherwise: 'no limit',
    more: 'The task has failed then. It is told by SIGTERM, and killed if it is still there soon after: a command after five seconds, a module after one. Part of no fingerprint.',
    examples: ['timeout: 3600'],
    mistakes: ['timeout: 0', 'timeout: 1h'],
  },
  'stages.*.after': {
    otherwise: 'none',
    more: 'Each task waits for those of the other stage that have its values on the axes that both have; for all of them where they share none. They run with it, as what it reads does. That one of them ran again is no reason to run: what decides are its own inputs, files that the other one changed among them; those have to be there before the run, as outputs need not. Part of no fingerprint.',
    examples: ['after: [data]'],
    mistakes: ['after: [nothing]', 'after: prepare'],
  },
  'stages.*.always': {
    default: false,
    more: 'For what the file cannot know of: a download, the state of a service. It runs once a run in which it is asked for, as with `--force`; what reads it runs only if it comes out otherwise. `pipe run --watch` runs it at every change. Part of no fingerprint.',
    examples: ['always: true', 'always: ${draw}'],
    mistakes: ['always: yes'],
  },
  'stages.*.retries': {
    default: 0,
    more: 'Input that a stage refuses (`BadInput`) and a full disk are not tried again. Part of no fingerprint.',
    examples: ['retries: 2'],
    mistakes: ['retries: -1', 'retries: twice'],
  },
};
