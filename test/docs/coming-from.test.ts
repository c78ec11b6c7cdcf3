import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { followSections } from '../../scripts/docs/session.ts';

test('words of other tools are translated as the page shows', () => {
  const page = readFileSync('docs/coming-from.md', 'utf8');
  const directory = mkdtempSync(join(tmpdir(), 'pipe-coming-from-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  expect(page).toContain('$ pipe run\n');
  expect(followSections(page, directory).page).toBe(page);
});
