import { expect, it } from 'vitest';
import { treeText } from '../../../../lib/pipe/cli/view/tree-text.ts';

it('a directory is a tree with sizes, and of long levels the first entries', () => {
  const files = [
    { path: 'a/b/1.txt', size: 10 },
    { path: 'a/b/2.txt', size: 20 },
    { path: 'a/c.txt', size: 5 },
    { path: 'd.txt', size: 1000 },
    ...Array.from({ length: 5 }, (_, at) => ({ path: `z/${at}`, size: 1 })),
  ];
  expect(treeText(files, 4)).toEqual([
    '9 files, 1.0 kB',
    '  a/  35 B in 3 files',
    '    b/  30 B in 2 files',
    '      1.txt  10 B',
    '      2.txt  20 B',
    '    c.txt  5 B',
    '  d.txt  1.0 kB',
    '  z/  5 B in 5 files',
    '    0  1 B',
    '    1  1 B',
    '    2  1 B',
    '    and 2 more',
  ]);
});
