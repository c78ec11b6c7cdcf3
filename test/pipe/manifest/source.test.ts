import { describe, expect, test } from 'vitest';
import type { Path } from '../../../lib/pipe/manifest/diagnostic.ts';
import { loadManifest } from '../../../lib/pipe/manifest/load.ts';

const text = `version: 1
params:
  sizes: [8, 16, 32]
  train:
    rate: 0.1
    momentum: 0.9
    warm: { steps: 5 }
profiles:
  slow: { params: { train: { momentum: 0.5 } } }
stages:
  train:
    use: stages/train.ts
    params: [train, sizes]
    inputs: { data: ./data.csv, more: { path: ./more.csv } }
  plot:
    use: stages/plot.ts
    params: { rate: '\${train.rate}', warm: '\${train.warm}', width: 3 }
  test:
    use: stages/test.ts
    params: [train.rate, { deep: { width: 5 } }]
    matrix: { size: '\${sizes}' }
`;

/** The marked text and its line, or what was typed. */
function marked(path: Path, part?: 'key'): [string, number | string] {
  const loaded = loadManifest(text, {
    file: 'pipeline.yaml',
    profile: 'slow',
    sets: ['params.train.warm={steps: 7}'],
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const { range, typed } = loaded.source.locate(path, part);
  const words = (typed ?? text).slice(range.start.offset, range.end.offset);
  return [words, typed ?? range.start.line];
}

const typed = '--set params.train.warm={steps: 7}';

describe('the place of a value', () => {
  test.each<[string, Path, [string, number | string]]>([
    ['a parameter is where the base gives it', ['params', 'train', 'rate'], ['0.1', 5]],
    ['or where the profile does', ['params', 'train', 'momentum'], ['0.5', 9]],
    ['or where --set does', ['params', 'train', 'warm', 'steps'], ['7', typed]],
    ['an element is found in its list', ['params', 'sizes', 2], ['32', 3]],
    ['a parameter that is missing is said at its mapping', ['params', 'train', 'decay'], ['train', 4]],
    [
      'one that the stage does not name is said at its list',
      ['stages', 'train', 'params', 'decay'],
      ['[train, sizes]', 13],
    ],
    ['a mapping of parameters has values of its own', ['stages', 'plot', 'params', 'width'], ['3', 17]],
    [
      'a reference is the place of the value it takes',
      ['stages', 'plot', 'params', 'rate'],
      ["'${train.rate}'", 17],
    ],
    ['and leads on to the parts of that value', ['stages', 'plot', 'params', 'warm', 'steps'], ['7', typed]],
    ['a value in a list is found by its name', ['stages', 'test', 'params', 'deep', 'width'], ['5', 20]],
    ['a value of an axis is where its list has it', ['stages', 'test', 'matrix', 'size', 1], ['16', 3]],
    ['an input is where it is written', ['stages', 'train', 'inputs', 'data'], ['./data.csv', 14]],
    ['whatever its form', ['stages', 'train', 'inputs', 'data', 'path'], ['./data.csv', 14]],
    ['also the long one', ['stages', 'train', 'inputs', 'more', 'path'], ['./more.csv', 14]],
    ['a stage that spans lines is said at its name', ['stages', 'train'], ['train', 11]],
  ])('%s', (_, path, expected) => {
    expect(marked(path)).toEqual(expected);
  });

  test('of a key is the key', () => {
    expect(marked(['params', 'train', 'momentum'], 'key')).toEqual(['momentum', 9]);
  });
});
