import { describe, expect, test } from 'vitest';
import type { Part, Path } from '../../../lib/pipe/manifest/diagnostic.ts';
import { loadManifest } from '../../../lib/pipe/manifest/load.ts';

const text = `version: 1
params:
  sizes: [8, 16, 32]
  train:
    rate: 0.1
    momentum: 0.9
    warm: { steps: 5 }
  files:
    one: &one { path: one.csv, size: 1 }
    two: { <<: *one, size: 2 }
    three: { <<: [{ size: 3 }, *one], <<: { lines: 4 } }
  here: '\${files.two.path}'
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
    inputs: { data: './\${here}', more: { path: '\${here}' } }
`;

/** The marked text and its line, or what was typed. */
function marked(path: Path, part?: Part): [string, number | string] {
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
    ['or where the profile does', ['params', 'train', 'momentum'], ['0.5', 14]],
    ['or where --set does', ['params', 'train', 'warm', 'steps'], ['7', typed]],
    ['an element is found in its list', ['params', 'sizes', 2], ['32', 3]],
    ['a parameter that is missing is said at its mapping', ['params', 'train', 'decay'], ['train', 4]],
    [
      'one that the stage does not name is said at its list',
      ['stages', 'train', 'params', 'decay'],
      ['[train, sizes]', 18],
    ],
    ['a mapping of parameters has values of its own', ['stages', 'plot', 'params', 'width'], ['3', 22]],
    [
      'a reference is the place of the value it takes',
      ['stages', 'plot', 'params', 'rate'],
      ["'${train.rate}'", 22],
    ],
    ['and leads on to the parts of that value', ['stages', 'plot', 'params', 'warm', 'steps'], ['7', typed]],
    ['a value in a list is found by its name', ['stages', 'test', 'params', 'deep', 'width'], ['5', 25]],
    ['a value of an axis is where its list has it', ['stages', 'test', 'matrix', 'size', 1], ['16', 3]],
    ['a merged value is where its anchor has it', ['params', 'files', 'two', 'path'], ['one.csv', 9]],
    ['what stands beside the merge wins', ['params', 'files', 'two', 'size'], ['2', 10]],
    ['then the first of what is merged', ['params', 'files', 'three', 'size'], ['3', 11]],
    ['and what is merged by another line', ['params', 'files', 'three', 'lines'], ['4', 11]],
    ['an input is where it is written', ['stages', 'train', 'inputs', 'data'], ['./data.csv', 19]],
    ['whatever its form', ['stages', 'train', 'inputs', 'data', 'path'], ['./data.csv', 19]],
    ['also the long one', ['stages', 'train', 'inputs', 'more', 'path'], ['./more.csv', 19]],
    ['a stage that spans lines is said at its name', ['stages', 'train'], ['train', 16]],
  ])('%s', (_, path, expected) => {
    expect(marked(path)).toEqual(expected);
  });

  test('of a key is the key', () => {
    expect(marked(['params', 'train', 'momentum'], 'key')).toEqual(['momentum', 14]);
  });

  test('past references is where the value is given', () => {
    expect(marked(['stages', 'plot', 'params', 'rate'], 'origin')).toEqual(['0.1', 5]);
    expect(marked(['stages', 'test', 'inputs', 'data', 'path'], 'origin')).toEqual(["'./${here}'", 27]);
    expect(marked(['stages', 'test', 'inputs', 'more', 'path'], 'origin')).toEqual(['one.csv', 9]);
    expect(marked(['stages', 'train', 'inputs', 'data', 'path'], 'origin')).toEqual(['./data.csv', 19]);
  });
});
