import type { KeyGuide } from './key-guide.ts';

/** Of what a stage reads and writes, and of the numbers and curves in it. */
export const filesGuide: Readonly<Record<string, KeyGuide>> = {
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
};
