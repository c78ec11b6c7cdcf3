import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf } from '../../scripts/docs/blocks.ts';
import { follow, type Followed } from '../../scripts/docs/session.ts';
import { typeMistakes } from './type-mistakes.ts';

const page = readFileSync('docs/tutorial.md', 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'pipe-tutorial-'));
let followed: Followed;

beforeAll(() => {
  followed = follow(page, directory);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test('every command of the tutorial prints what the page shows', () => {
  expect(blocksOf(page, 'console').length).toBeGreaterThan(8);
  expect(followed.page).toBe(page);
});

test('the figure that the page shows is the one that a reader gets', () => {
  const [, shown] = /!\[.*\]\((.*\.svg)\)/.exec(page)!;
  expect(readFileSync(join('docs', shown!), 'utf8')).toBe(
    readFileSync(join(directory, 'growth/artifacts/plot/sizes.svg'), 'utf8'),
  );
});

test('its modules have no mistake of types', () => {
  const modules = [...followed.files.keys()].filter((path) => path.endsWith('.ts'));
  expect(modules.length).toBe(2);
  expect(typeMistakes(modules)).toEqual([]);
});
