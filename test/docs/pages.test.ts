import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { program } from '../../lib/pipe/cli/program.ts';

const below = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${directory}/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', ...below('docs'), ...below('docs/decisions')];

const textOf = (page: string): string => readFileSync(page, 'utf8');

/** What stands in code, in a line or in a block. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```$/gm)].flatMap(([, code]) => code!.split('\n'));
  const spans = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)];
  return [...blocks, ...spans.map(([, code]) => code!)];
}

/** As GitHub names headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  test('links to files and headings that are there', () => {
    const links = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)];
    const broken = links
      .map(([, link]) => link!)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        return !existsSync(target) || (anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor));
      });
    expect(broken).toEqual([]);
  });

  test('names commands and options that the program has', () => {
    const root = program('0', () => undefined);
    const unknown = codeOf(text).flatMap((line) => unknownIn(line, root));
    expect(unknown).toEqual([]);
  });

  test('names scripts and files that are there', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const run = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name!);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
    const words = codeOf(text).flatMap((code) => code.split(/\s+/));
    // Of Python, pages have examples only.
    const rooted = words.filter(
      (word) => /^(?:lib|test|scripts|bench|docs)\/[\w./-]*[\w/]$/.test(word) && !word.endsWith('.py'),
    );
    const sources = words.filter((word) => /^[\w./-]+\.(?:ts|mjs|pl)$/.test(word));
    const lost = [
      ...rooted.filter((path) => !existsSync(path)),
      ...sources.filter((path) => !repository.some((file) => `/${file}`.endsWith(`/${path}`))),
    ];
    expect(lost.filter((path) => !exampleFiles.has(path))).toEqual([]);
  });
});

const repository = ['lib', 'stages', 'scripts', 'test', 'bench'].flatMap((directory) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((path) => `${directory}/${path}`),
);

test('what is said of the whole in docs/architecture.md stays short', () => {
  expect(textOf('docs/architecture.md').split('\n').length).toBeLessThan(150);
});

/** Files of examples. */
const exampleFiles = new Set([
  ...[
    'stages/plot.ts',
    'stages/hello.ts',
    'stages/mean.ts',
    'stages/report.ts',
    'stages/fit.ts',
    'stages/best.ts',
  ],
  ...['lib/drawing.ts', 'lib/'],
  ...['../lib/drawing.ts', '../plot.ts'],
]);

function unknownIn(line: string, root: ReturnType<typeof program>): string[] {
  const [, rest] = /^(?:\$ |npx )*pipe ((?:[^|;&#]|&(?!&))*)/.exec(line.trim()) ?? [];
  if (rest === undefined) return [];
  const [name = '', ...words] = rest.trim().split(/\s+/);
  if (!/^[a-z][\w-]*$/.test(name)) return [];
  const command = root.commands.find((candidate) => candidate.name() === name);
  if (name === 'help') return [];
  if (command === undefined) return [line];
  const known = [...command.options, ...root.options].flatMap(({ long, short }) => [long, short]);
  const options = words.map((word) => word.split('=')[0]!).filter((word) => /^--?[a-z][\w-]*$/.test(word));
  return options.some((option) => !known.includes(option) && option !== '--help') ? [line] : [];
}
