import { expect, test } from 'vitest';
import { compared, type Subject } from '../../../lib/pipe/cli/compare.ts';
import type { MetricRow } from '../../../lib/pipe/report/metrics.ts';
import {
  comparisonCsv,
  comparisonLines,
  comparisonMarkdown,
} from '../../../lib/pipe/report/experiment-table.ts';

const SEEDS = ['seed'];
const stages = { stages: [] };

function row(values: Record<string, number>, extra: Partial<MetricRow> = {}): MetricRow {
  return {
    task: 'train',
    stage: 'train',
    point: {},
    source: 'm',
    values: new Map(Object.entries(values)),
    ...extra,
  };
}

function subject(name: string, params: Subject['params'], ...metrics: MetricRow[]): Subject {
  return { name, state: 'finished', params, metrics, alone: false };
}

const six = [
  ['a', 0.1, 0, 0.81],
  ['a', 0.1, 1, 0.83],
  ['a', 0.1, 2, 0.88],
  ['b', 0.05, 0, 0.9],
  ['b', 0.05, 1, 0.92],
  ['b', 0.05, 2, 0.91],
].map(([, rate, seed, accuracy]) =>
  subject(
    `rate=${rate},seed=${seed}`,
    { train: { rate: rate!, seed: seed!, width: 3 } },
    row({ accuracy: Number(accuracy) }),
  ),
);

test('experiments that differ in seeds only are one row, with mean and the deviation of a sample', () => {
  const { rows, params } = compared(six, stages, SEEDS);
  expect(params).toEqual([{ path: 'train.rate', name: 'rate' }]);
  expect(rows.map(({ name, members }) => [name, members.length])).toEqual([
    ['rate=0.1', 3],
    ['rate=0.05', 3],
  ]);
  const [a, b] = rows.map(({ metrics }) => metrics.get('accuracy')!);
  // As by pandas' groupby('rate').accuracy.agg(['mean', 'std']).
  expect(a!.mean).toBeCloseTo(0.84, 12);
  expect(a!.std).toBeCloseTo(0.03605551275463989, 12);
  expect(b!.mean).toBeCloseTo(0.91, 12);
  expect(b!.std).toBeCloseTo(0.01, 12);
});

test('what counts as a seed can be said', () => {
  expect(compared(six, stages, []).rows).toHaveLength(6);
  expect(compared(six, stages, ['rate']).rows.map(({ members }) => members.length)).toEqual([2, 2, 2]);
});

test('two experiments of the same seed are not taken together, nor is one that stands alone', () => {
  const again = { ...six[0]!, name: 'again' };
  const alone = { ...six[1]!, name: 'workspace', alone: true };
  const { rows } = compared([...six.slice(0, 3), again, alone], stages, SEEDS);
  expect(rows.map(({ members }) => members)).toEqual([
    ['rate=0.1,seed=0', 'rate=0.1,seed=1', 'rate=0.1,seed=2'],
    ['again'],
    ['workspace'],
  ]);
});

test('an axis of seeds is averaged within an experiment, other axes make columns, a scan gives its last segment', () => {
  const scan = { name: 'train', scan: { name: 'epoch', values: [1, 2], carry: [] } };
  const at = (augment: boolean, seed: number, epoch: number, loss: number) =>
    row({ loss }, { task: `${augment}${seed}${epoch}`, point: { augment, seed, epoch } });
  const one = subject(
    'x',
    {},
    at(false, 0, 1, 9),
    at(false, 0, 2, 1),
    at(false, 1, 1, 9),
    at(false, 1, 2, 3),
    at(true, 0, 2, 4),
  );
  const { rows, metrics } = compared([one], { stages: [scan] } as never, SEEDS);
  expect(metrics).toEqual(['loss{augment=false}', 'loss{augment=true}']);
  expect(rows[0]!.metrics.get('loss{augment=false}')).toMatchObject({ mean: 2, n: 2, values: [1, 3] });
});

test('metrics of one name are told apart by their stage, or by their file', () => {
  const both = subject('x', {}, row({ loss: 1 }), row({ loss: 2 }, { stage: 'test', task: 'test' }));
  expect(compared([both], stages, SEEDS).metrics).toEqual(['train.loss', 'test.loss']);
  const files = subject('x', {}, row({ loss: 1 }), row({ loss: 2 }, { source: 'n' }));
  expect(compared([files], stages, SEEDS).metrics).toEqual(['m.loss', 'n.loss']);
});

test('parameters that one experiment does not have, lists, and texts are told apart', () => {
  const { rows } = compared(
    [subject('a', { list: [1, 2], text: 'x' }), subject('b', { list: [1, 3], text: 'x', more: null })],
    stages,
    SEEDS,
  );
  expect(rows.map(({ params }) => Object.fromEntries(params))).toEqual([
    { list: '[1,2]', more: '' },
    { list: '[1,3]', more: 'null' },
  ]);
});

test('the table shows what there is room for, and says how much is left out', () => {
  const wide = six.map((each) => ({
    ...each,
    metrics: [row({ accuracy: 0.5, loss: 1, 'a metric with a long name': 3, other: 4 })],
  }));
  const comparison = compared(wide, stages, SEEDS);
  for (const width of [60, 80, 200]) {
    const lines = comparisonLines(comparison, null, width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  }
  expect(comparisonLines(comparison, null, 60).at(-1)).toMatch(
    /^and \d more metrics; --metrics NAMES chooses/,
  );
  expect(comparisonLines(comparison, null, 200)).toHaveLength(3);
});

test('changes from a pinned row stand beside the means, in columns of their own as CSV', () => {
  const comparison = compared(six, stages, SEEDS);
  const [baseline] = comparison.rows;
  expect(comparisonLines(comparison, baseline!, undefined)).toEqual([
    'experiment  n  rate  accuracy',
    'rate=0.1    3   0.1  0.840 ± 0.036',
    'rate=0.05   3  0.05  0.910 ± 0.010 (+0.070)',
  ]);
  expect(comparisonMarkdown(comparison, null)[2]).toBe('| rate=0.1 | 3 | 0.1 | 0.840 ± 0.036 |');
  const [head, first, second] = comparisonCsv(comparison, baseline!).map((line) => line.split(','));
  expect(head).toEqual([
    'experiment',
    'state',
    'n',
    'train.rate',
    'accuracy',
    'accuracy_std',
    'accuracy_change',
  ]);
  expect(first!.slice(0, 4)).toEqual(['rate=0.1', 'finished', '3', '0.1']);
  expect(first![6]).toBe('');
  expect(Number(second![6])).toBeCloseTo(0.07, 12);
});
