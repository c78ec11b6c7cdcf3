import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectTasks } from '../../../lib/pipe/graph/select.ts';
import { formatDiagnostic } from '../../../lib/pipe/report/diagnostic.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';
import { CHAINS, graphOf } from './pipelines.ts';

const graph = graphOf(CHAINS);
const ALONE = { upstream: false, downstream: false };

function ids(patterns: readonly string[], options = ALONE): string[] {
  const selected = selectTasks(graph, patterns, options);
  if (!selected.ok) throw new Error(JSON.stringify(selected.diagnostics));
  return [...selected.tasks].map((index) => graph.tasks[index]!.id);
}

describe('a pattern', () => {
  test.each<[string, string[]]>([
    ['data', ['data']],
    ['train@seed=0', ['train@seed=0,epoch=1', 'train@seed=0,epoch=2', 'train@seed=0,epoch=5']],
    ['train@epoch=5,seed=1', ['train@seed=1,epoch=5']],
    [
      '*@seed=1,epoch=2',
      ['train@seed=1,epoch=2', 'compare@seed=1,epoch=2,metric=a', 'compare@seed=1,epoch=2,metric=b'],
    ],
    ['b*', ['best@seed=0', 'best@seed=1']],
    ['*lo*', ['plot']],
  ])('%s names %j', (pattern, expected) => {
    expect(ids([pattern])).toEqual(expected);
  });

  test('besides others adds to them, each task once and in order', () => {
    expect(ids(['plot', 'best@seed=1', 'best'])).toEqual(['best@seed=0', 'best@seed=1', 'plot']);
  });

  test('is not needed to name everything', () => {
    expect(ids([])).toHaveLength(graph.tasks.length);
  });
});

describe('a selection', () => {
  test('takes what it needs along, or what needs it', () => {
    expect(ids(['best@seed=0'], { upstream: true, downstream: false })).toEqual([
      'data',
      'train@seed=0,epoch=1',
      'train@seed=0,epoch=2',
      'train@seed=0,epoch=5',
      'best@seed=0',
    ]);
    expect(ids(['train@seed=1,epoch=5'], { upstream: false, downstream: true })).toEqual([
      'train@seed=1,epoch=5',
      'best@seed=1',
      ...['1', '2', '5'].flatMap((epoch) =>
        ['a', 'b'].map((metric) => `compare@seed=1,epoch=${epoch},metric=${metric}`),
      ),
      'plot',
    ]);
  });

  test('upstream holds all needs of all it holds, whatever was named', () => {
    const some = fc.array(fc.constantFrom(...graph.tasks.map(({ id }) => id)), { minLength: 1 });
    fc.assert(
      fc.property(some, (patterns) => {
        const held = new Set(ids(patterns, { upstream: true, downstream: false }));
        for (const { id, needs } of graph.tasks) {
          if (held.has(id)) for (const need of needs) expect(held).toContain(graph.tasks[need]!.id);
        }
        for (const pattern of patterns) expect(held).toContain(pattern);
      }),
    );
  });
});

describe('a pattern that names nothing', () => {
  const style = styleFor({ isTTY: false, env: {}, noColor: true });
  test.each([
    ['tran', ['tran', '^^^^', 'there is no stage `tran`', 'did you mean `train`?']],
    [
      'x*',
      ['x*', '^^', 'no stage is called like `x*`', 'stages: `data`, `train`, `best`, `compare` and `plot`'],
    ],
    ['train@sed=0', ['train@sed=0', '      ^^^^^', '`train` has no axis `sed`', 'did you mean `seed`?']],
    [
      'train@seed=7',
      ['train@seed=7', '      ^^^^^^', '`7` is not on the axis `seed`', 'values: `0` and `1`'],
    ],
    ['data@seed=0', ['data@seed=0', '     ^^^^^^', '`data` has no axis `seed`', 'axes: none']],
    [
      'train@0',
      ['train@0', '      ^', '`0` is not `axis=value`', 'after `@` come axes, as in `train@seed=0,epoch=5`'],
    ],
  ])('%s is explained', (pattern, [typed, caret, message, hint]) => {
    const selected = selectTasks(graph, [pattern], ALONE);
    const printed = selected.ok
      ? []
      : selected.diagnostics.map((found) => formatDiagnostic(found, '', style));
    expect(printed).toEqual([
      `command line: error: ${message!}\n      │ ${typed!}\n      │ ${caret!}\n      = ${hint!}`,
    ]);
  });

  test('is reported beside others of its kind', () => {
    const selected = selectTasks(graph, ['nothing', 'data', 'nowhere'], ALONE);
    expect(selected.ok ? [] : selected.diagnostics).toHaveLength(2);
  });
});
