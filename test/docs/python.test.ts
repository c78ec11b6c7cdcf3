import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { blocksOf } from '../../scripts/docs/blocks.ts';
import { followSections } from '../../scripts/docs/session.ts';

const page = readFileSync('docs/python.md', 'utf8');
const python = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!python)('every example of the page on Python runs and prints what is shown', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-python-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  expect(blocksOf(page, 'console').length).toBe(2);
  expect(followSections(page, directory).page).toBe(page);
});

test('every block of code on it is a file that is run, or a console', () => {
  const named = blocksOf(page).filter(({ text }) => /^# [\w./-]+\.\w+\n/.test(text));
  expect(blocksOf(page).length).toBe(named.length + blocksOf(page, 'console').length);
});
