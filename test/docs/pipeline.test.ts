import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadPipeline } from '../../lib/pipe/graph/load.ts';
import { guide, surroundings } from '../../lib/pipe/manifest/guide.ts';
import { keysOf, schemaOf } from '../../lib/pipe/manifest/schema.ts';
import { load, pieceOf, printed } from '../../scripts/docs/piece.ts';
import { pipelinePage } from '../../scripts/docs/pipeline-page.ts';
import { blocksOf } from '../../scripts/docs/blocks.ts';

const page = readFileSync('docs/pipeline.md', 'utf8');
const keys = [...keysOf(schemaOf())].map(([key]) => key);

test('docs/pipeline.md is what `npm run docs` writes', async () => {
  expect(page).toBe(await pipelinePage());
});

test('lib/pipe/manifest/guide.ts tells of every key of the grammar, and of no other', () => {
  expect(Object.keys(guide).sort()).toEqual([...keys].sort());
});

describe('every key has an example that loads and a mistake that is printed', () => {
  test.each(keys)('%s', (key) => {
    const { examples = [], mistakes = [], default: missing, otherwise } = guide[key] ?? {};
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const name = key.split('.').at(-1)!;
      expect(example).toMatch(new RegExp(`\\b${name}:`));
      const loaded = load(pieceOf(key, example));
      expect(loaded.ok ? loaded.warnings : loaded.diagnostics).toEqual([]);
    }
    expect(mistakes.length).toBeGreaterThan(0);
    for (const mistake of mistakes) expect(printed(pieceOf(key, mistake))[0]).toMatch(/^(?:error|warning): /);
    expect([missing, otherwise].filter((said) => said !== undefined)).toHaveLength(1);
  });
});

test('a whole file on the page loads, without a warning', () => {
  const files = blocksOf(page, 'yaml').filter(({ text }) => /^version:/m.test(text));
  expect(files.map(({ text }) => text)).toContain(surroundings);
  for (const { text } of files.filter(({ text }) => text.includes('stages:'))) {
    const loaded = loadPipeline(text, { file: 'pipeline.yaml' });
    expect(loaded.ok ? loaded.warnings : loaded.diagnostics).toEqual([]);
  }
});

test('every link of the table leads to a heading', () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
    text!
      .toLowerCase()
      .replaceAll(' ', '-')
      .replaceAll(/[^\w-]/g, ''),
  );
  const links = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor!);
  expect(links.length).toBe(keys.length);
  expect(links.filter((anchor) => !headings.includes(anchor))).toEqual([]);
});
