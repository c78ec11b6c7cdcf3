import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf } from '../../scripts/docs/blocks.ts';
import { followSections, type Followed } from '../../scripts/docs/session.ts';
import { typeMistakes } from './type-mistakes.ts';

const page = readFileSync('docs/stages.md', 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'pipe-stages-'));
let followed: Followed;

beforeAll(() => {
  followed = followSections(page, directory);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test('every example on the page runs and prints what is shown', () => {
  expect(blocksOf(page, 'console').length).toBeGreaterThan(5);
  expect(followed.page).toBe(page);
});

test('every block of code on it is a file that is run, or a console', () => {
  const named = blocksOf(page).filter(({ text }) => /^(?:#|\/\/) [\w./-]+\.\w+\n/.test(text));
  expect(blocksOf(page).length).toBe(named.length + blocksOf(page, 'console').length);
});

test('its modules have no mistake of types', () => {
  const modules = [...followed.files.keys()].filter((path) => path.endsWith('.ts'));
  expect(modules.length).toBe(blocksOf(page, 'ts').length);
  expect(typeMistakes(modules)).toEqual([]);
});
