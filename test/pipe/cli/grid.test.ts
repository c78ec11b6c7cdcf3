import { describe, expect, test } from 'vitest';
import { combinations, drawn, pointOf, readGrid, type GridKey } from '../../../lib/pipe/cli/grid.ts';
import { rangeIn } from '../../../lib/pipe/cli/grid-values.ts';

const params = { train: { rate: 0.1, seed: 0 }, model: { rate: 1, name: 'a' }, 'a.b': 2 };

function keys(texts: readonly string[], random = false): readonly GridKey[] {
  const grid = readGrid(texts, params, random);
  if (!grid.ok) throw new Error(grid.message);
  return grid.keys;
}

const refused = (...texts: string[]) => {
  const grid = readGrid(texts, params, false);
  return grid.ok ? 'nothing' : grid.message;
};

describe('a grid', () => {
  test('names a parameter by its path or the end of it, when that is one', () => {
    expect(keys(['seed=1', 'params.model.rate=2', 'a.b=3', 'name=x']).map(({ path }) => path)).toEqual([
      'train.seed',
      'model.rate',
      'a.b',
      'model.name',
    ]);
    expect(refused('rate=1')).toBe('`rate` may be `train.rate` and `model.rate`');
    expect(refused('train=1', 'tran.seed=1')).toBe('there is no parameter `tran.seed`');
  });

  test('holds values as YAML has them, and ranges', () => {
    expect(keys(['seed=0..3,7'])[0]!.values).toEqual(['0', '1', '2', '3', '7']);
    expect(keys(['name=a,"b, c",[1, 2],null,true'])[0]!.values).toEqual([
      'a',
      'b, c',
      '[1,2]',
      'null',
      'true',
    ]);
    expect(keys(['name="1",1'])[0]!.values).toEqual(['"1"', '1']);
    expect(refused('seed=')).toContain('is no list of values');
    expect(refused('seed=[')).toContain('is no list of values');
    expect(refused('seed=1,2,1')).toBe('`1` is given twice for `train.seed`');
  });

  test('combines every value with every other, the last key first', () => {
    expect(combinations(keys(['train.rate=1,2', 'seed=0,1']))).toEqual([
      ['1', '0'],
      ['1', '1'],
      ['2', '0'],
      ['2', '1'],
    ]);
  });
});

test.each([
  ['0..4', ['0', '1', '2', '3', '4']],
  ['2..-1', ['2', '1', '0', '-1']],
  ['0..1..0.25', ['0', '0.25', '0.5', '0.75', '1']],
  ['0.1..0.3..0.1', ['0.1', '0.2', '0.3']],
  ['1e-3..3e-3..1e-3', ['0.001', '0.002', '0.003']],
  ['0..1..0', []],
  ['0..1000000', []],
  ['a..b', null],
  ['1.5', null],
])('the range %s', (text, values) => {
  expect(rangeIn(text)).toEqual(values);
});

describe('a draw', () => {
  const random = () => keys(['train.rate=loguniform(1e-4, 1e-1)', 'name=a,b', 'seed=0,1'], true);

  test('is the same again, begins the same when more are drawn, and differs with another seed', () => {
    const four = drawn(random(), 4, 0);
    expect(four).toHaveLength(8);
    expect(drawn(random(), 4, 0)).toEqual(four);
    expect(drawn(random(), 6, 0).slice(0, 8)).toEqual(four);
    expect(drawn(random(), 4, 1)).not.toEqual(four);
  });

  test('has each combination with every seed, within its bounds', () => {
    for (const [rate, name, seed] of drawn(random(), 50, 0)) {
      expect(Number(rate)).toBeGreaterThanOrEqual(1e-4);
      expect(Number(rate)).toBeLessThanOrEqual(1e-1);
      expect(['a', 'b']).toContain(name);
      expect(['0', '1']).toContain(seed);
    }
    const rates = drawn(random(), 200, 0).map(([rate]) => Math.log10(Number(rate)));
    // Half of them below the middle of the logarithms, give or take.
    expect(rates.filter((rate) => rate < -2.5).length / rates.length).toBeCloseTo(0.5, 0);
  });

  test('of a small grid has no combination twice, and all when all are asked for', () => {
    const small = keys(['train.rate=1,2,3', 'name=a,b'], true);
    expect(new Set(drawn(small, 6, 3).map(String)).size).toBe(6);
    expect(drawn(small, 60, 3)).toHaveLength(6);
  });
});

test('an experiment is named by its values, shortened where a path could not hold them', () => {
  const [rate, name] = keys(['train.rate=0.1', 'model.rate=2']);
  expect(pointOf([rate!, name!], ['0.1', '2'], '').name).toBe('train.rate=0.1,model.rate=2');
  expect(pointOf([rate!], ['0.1'], 'lr')).toEqual({ name: 'lr@train.rate=0.1', set: ['train.rate=0.1'] });
  const odd = pointOf([rate!], ['/etc/pass wd'], '').name;
  expect(odd).toMatch(/^train.rate=_etc_pass_wd-[0-9a-f]{6}$/);
  expect(pointOf([rate!], ['x'.repeat(300)], '').name.length).toBeLessThanOrEqual(150);
  expect(pointOf([rate!], [`${'x'.repeat(300)}y`], '').name).not.toBe(
    pointOf([rate!], ['x'.repeat(300)], '').name,
  );
});
