import { expect, test } from 'vitest';
import { inputIssueHint, inputIssueText } from '../../../lib/pipe/report/issue.ts';

test('a path that is not there and has a star in it was meant for a glob, and is told so', () => {
  const missing = { task: 'a', stage: 'a', input: 'x', reason: 'missing' } as const;
  const issue = { ...missing, path: 'L/*.csv' };
  expect(inputIssueText(issue)).toBe('input `x` of `a`: there is no L/*.csv');
  expect(inputIssueHint(issue)).toBe('`{ glob: "L/*.csv" }` stands for the files that match');
  expect(inputIssueHint(issue, ['file'])).toContain('glob');
  expect(inputIssueHint({ ...missing, path: 'L/a.csv' })).toBeUndefined();
  expect(inputIssueHint({ ...missing, path: 'L/a.csv' }, ['file'])).toBe(
    '`--set params.file=…` gives another path',
  );
});
