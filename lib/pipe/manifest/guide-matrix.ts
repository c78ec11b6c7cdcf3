import type { KeyGuide } from './key-guide.ts';

/** What there is to say of `matrix` and what stands in it, and of `when`. */
export const matrixGuide: Readonly<Record<string, KeyGuide>> = {
  'stages.*.matrix': {
    default: {},
    more: 'Values are texts of one line without `,` and `=`, numbers or truth values. In the path of an output, a value that is long or holds a slash, a blank or the like is shortened and told apart by a digest: `model=meta-llama_Llama-3-0f1e2d3c4b`. A value that is added adds tasks; those that exist stay fresh. A value may be a mapping: its `name`, or else its fields joined by `-`, stands in the names of tasks, and its fields are the stage’s parameter of the axis’s name, `{params.net.width}` in a command; only those of its own value are in a task’s fingerprint. `${net.width}` is such a field in `params` and in the paths of `inputs`, also of the stages that read this one. A value that has `when: false` does not count.',
    examples: [
      "matrix: { seed: '${seeds}', size: [small, large] }",
      'matrix:\n  net:\n    - { name: small, width: 8 }\n    - { name: wide, width: 64, rate: 0.01 }\ncmd: ./train --width {params.net.width} > {outputs.model}\noutputs: { model: model.json } # artifacts/it/net=small/model.json',
      'matrix: { seed: { from: 0, to: 9 }, batch: { from: 16, to: 256, factor: 2 }, rate: { from: 0.1, to: 0.5, step: 0.1 } }',
    ],
    mistakes: [
      'matrix: { seed: 3 }',
      'matrix: { seed: [] }',
      'matrix: { seed: [1, 1] }',
      'matrix: { size: ["a,b"] }',
      'matrix: { net: [{ layers: [8, 16] }] }',
      'matrix: { net: [{ name: small, width: 8 }] }\nparams: [{ width: "${net.widht}" }]',
    ],
  },
  'stages.*.matrix.include': {
    default: [],
    more: 'An entry names every axis of the matrix; a list stands for each of its values. What is included comes after `exclude`, which takes nothing of it away, and may bring values that the axes do not list: they are then not combined with others. A matrix may consist of `include` alone. Otherwise than in workflows of GitHub, an entry never adds fields to combinations that there are: that is what values that are mappings, and catalogues of parameters, are for. An entry with `when: false` does not count.',
    examples: [
      'matrix:\n  model: [small, wide]\n  seed: [0, 1]\n  include:\n    - { model: huge, seed: 0 } # five tasks',
      'matrix:\n  include:\n    - { model: small, seed: [0, 1] }\n    - { model: wide, seed: 0 } # three tasks',
    ],
    mistakes: [
      'matrix: { model: [small], seed: [0], include: [{ model: wide }] }',
      'matrix: { model: [small], include: [{ model: wide, sede: 0 }] }',
    ],
  },
  'stages.*.matrix.exclude': {
    default: [],
    more: 'A combination is left out if it has a value of each axis that an entry names. These may also be axes that come with inputs. A stage that reads this one has tasks only where there is something to read; what it gathers is what there is. An entry with `when: false` does not count.',
    examples: [
      'matrix:\n  model: [small, wide]\n  seed: [0, 1, 2]\n  exclude:\n    - { model: wide, seed: [1, 2] } # four tasks',
    ],
    mistakes: [
      'matrix: { model: [small, wide], exclude: [{ modle: wide }] }',
      'matrix: { model: [small, wide], exclude: [{ model: [small, wide] }] }',
    ],
  },
  ...valuesGuide('stages.*.matrix.*', (values) => `matrix: { step: ${values} }`),
  'stages.*.when': {
    default: true,
    more: 'In a mapping, `params.a.b` instead of an axis asks for the value of a parameter; `{axis}` may stand in it, as in `when: ${model.{model}.explain}`, which the catalogue answers for each task. A stage that reads one without tasks has none either; `pipe dag` and `pipe status` say so. What such tasks made before leaves `artifacts/`, the store keeps it. Part of no fingerprint.',
    examples: [
      'when: ${draw}',
      'when: { seed: 0 }\nmatrix: { seed: [0, 1, 2], size: [small, large] }',
      'when: [{ model: [wide] }, { "params.model.{model}.width": [16, 32] }]\nmatrix: { model: "${models}" }',
    ],
    mistakes: ['when: { sede: 0 }\nmatrix: { seed: [0, 1] }', 'when: maybe'],
  },
};

/** The same of the forms that values have beside a list, under a key that holds values. */
export function valuesGuide(
  key: string,
  written: (values: string) => string,
): Readonly<Record<string, KeyGuide>> {
  return {
    [`${key}.from`]: {
      otherwise: 'required in this form',
      more: 'Numbers from here on, up or down. At most 100,000 values.',
      examples: [written('{ from: 1, to: 40 }'), written('{ from: 40, to: 1 }')],
      mistakes: [written('{ from: one, to: 40 }'), written('{ from: 1, to: 400000 }')],
    },
    [`${key}.to`]: {
      otherwise: 'required in this form',
      examples: [written('{ from: 1, to: 40 }')],
      mistakes: [written('{ from: 1 }')],
    },
    [`${key}.step`]: {
      otherwise: '1, or -1 where `to` is less than `from`',
      examples: [written('{ from: 0, to: 1, step: 0.25 }')],
      mistakes: [written('{ from: 1, to: 40, step: -1 }'), written('{ from: 1, to: 40, step: 0 }')],
    },
    [`${key}.factor`]: {
      otherwise: 'a step is added',
      examples: [written('{ from: 1, to: 64, factor: 2 }'), written('{ from: 1, to: 0.001, factor: 0.1 }')],
      mistakes: [
        written('{ from: 0, to: 64, factor: 2 }'),
        written('{ from: 1, to: 64, step: 1, factor: 2 }'),
      ],
    },
    [`${key}.glob`]: {
      otherwise: 'required in this form',
      more: 'A value’s name is what the pattern leaves open of the path, `a` of `data/a.csv`, so that the input `data/{step}.csv` is that file; `${step.path}` is its path wherever it lies. A file that is added adds a task. Outputs are never among them: what there is to run is known before anything runs. Where no file matches, that is a mistake.',
      examples: [written('{ glob: data/*.csv }')],
      mistakes: [written('{ glob: dta/*.csv }'), written('{ glob: ../data/*.csv }')],
    },
  };
}
