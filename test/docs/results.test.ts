import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withResults } from '../../scripts/docs/results.ts';

const page = 'docs/results.md';

test('every table of results is what the files beside the page say', async () => {
  const text = readFileSync(page, 'utf8');
  expect(text.match(/^<!-- claims: /gm)).toHaveLength(1);
  expect(text.match(/^<!-- table of /gm)!.length).toBeGreaterThan(1);
  expect(await withResults(page)).toBe(text);
});
