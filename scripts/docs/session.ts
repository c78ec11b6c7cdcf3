import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { blocksOf, type Block } from './blocks.ts';

export interface Followed {
  /** The page, with what its commands print now where that is not what it says. */
  readonly page: string;
  /** The files that the page says to write, as they were last. */
  readonly files: ReadonlyMap<string, string>;
}

const modules = resolve('node_modules');

/**
 * Does in a directory of its own what a page says, block by block: writes a file whose name stands in a comment in the first line, changes
 * one as a `diff` says, and runs each line of a `console` that begins with `$`. Other blocks are for reading.
 */
export function follow(page: string, directory: string): Followed {
  const files = new Map<string, string>();
  const shell = new Shell(directory);
  let text = page;
  for (const block of blocksOf(page)) {
    if (block.language === 'console') {
      const printed = transcript(block.text, shell);
      text = text.replace(fenced(block), () => fenced({ ...block, text: printed }));
      continue;
    }
    const named = namedFile(block);
    if (named === null) continue;
    const path = join(shell.directory, named.path);
    const content =
      block.language === 'diff' ? changed(readFileSync(path, 'utf8'), named.content, block) : block.text;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    files.set(path, content);
  }
  return { page: text, files };
}

/** Each section of a page in a new directory, where the packages are there already. */
export function followSections(page: string, directory: string): Followed {
  const sections = page.split(/^(?=## )/m).map((section, index) => {
    const own = join(directory, String(index));
    mkdirSync(own);
    symlinkSync(modules, join(own, 'node_modules'));
    return follow(section, own);
  });
  return {
    page: sections.map((section) => section.page).join(''),
    files: new Map(sections.flatMap(({ files }) => [...files])),
  };
}

function fenced({ language, text }: Block): string {
  return `\`\`\`${language}\n${text}\`\`\``;
}

/** `# pipeline.yaml` or `// stages/plot.ts` in the first line. */
function namedFile({ text }: Block): { readonly path: string; readonly content: string } | null {
  const [first = ''] = text.split('\n');
  const path = /^(?:#|\/\/) ([\w./-]+\.\w+)$/.exec(first)?.[1];
  return path === undefined ? null : { path, content: text.slice(first.length + 1) };
}

/** The lines before are replaced by those after; they stand in the file once. */
function changed(file: string, diff: string, { line }: Block): string {
  const lines = diff.split('\n').slice(0, -1);
  const side = (other: string): string =>
    lines.flatMap((text) => (text.startsWith(other) ? [] : [`${text.slice(1)}\n`])).join('');
  const before = side('+');
  if (file.split(before).length !== 2) throw new Error(`line ${line}: the file has not once\n${before}`);
  return file.replace(before, () => side('-'));
}

/** A console's text with what is printed now; what it has stays where the two agree. */
function transcript(text: string, shell: Shell): string {
  const parts = text.split(/^(?=\$ )/m);
  return parts
    .map((part) => {
      const [prompt = '', ...said] = part.split('\n');
      const expected = said.join('\n');
      const printed = shell.run(prompt.slice('$ '.length));
      return agree(expected, printed) ? part : `${prompt}\n${printed}`;
    })
    .join('');
}

/** A shell that is in one directory after the other. */
class Shell {
  directory: string;
  readonly #home: string;

  constructor(directory: string) {
    this.directory = directory;
    this.#home = join(directory, '.home');
    mkdirSync(this.#home, { recursive: true });
    writeFileSync(
      join(this.#home, '.gitconfig'),
      '[user]\n  name = A Reader\n  email = reader@example.org\n',
    );
  }

  run(command: string): string {
    if (/^npm install /.test(command)) return this.#install();
    const where = join(this.#home, 'pwd');
    const script = `exec 2>&1\n${command}\nstatus=$?; pwd > '${where}'; exit $status`;
    let printed: string;
    try {
      printed = execFileSync('sh', ['-c', script], {
        cwd: this.directory,
        encoding: 'utf8',
        env: {
          PATH: `${join(modules, '.bin')}:${process.env['PATH'] ?? ''}`,
          HOME: this.#home,
          TZ: 'UTC',
          LANG: 'C.UTF-8',
        },
      });
    } catch (error) {
      printed = (error as { readonly stdout: string }).stdout;
    }
    this.directory = readFileSync(where, 'utf8').trim();
    return printed;
  }

  /** There may be no network where pages are checked: the packages are those of this project. */
  #install(): string {
    const link = join(this.directory, 'node_modules');
    rmSync(link, { force: true });
    symlinkSync(modules, link);
    return '';
  }
}

/** Whether a page shows what is printed, but for times and dates, digests and the order in which tasks end. */
export function agree(shown: string, printed: string): boolean {
  const [wanted, got] = [steady(shown), steady(printed)];
  if (!wanted.includes('…')) return wanted.join('\n') === got.join('\n');
  const pattern = wanted.map((line) => (line === '…' ? '(?:.*\n)*?' : `${escaped(line)}\n`)).join('');
  return new RegExp(`^${pattern}$`).test(got.map((line) => `${line}\n`).join(''));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function steady(text: string): string[] {
  const lines = text
    .replaceAll(/\d+(?:\.\d+)? (?:ms|s|min)\b/g, '0 s')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d.-]+/g, 'RUN')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME')
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:0')
    .replaceAll(/\d+ jobs? at a time/g, 'jobs at a time')
    .replace(/\n$/, '')
    .split('\n');
  return inOrder(lines);
}

const told =
  /^(?:(?: {2})?(?:ran|restored|failed|skipped|warning) {2}| {2}\S+ +\d+ (?:ran|restored|failed|skipped))/;

/** Neighbouring lines that tell of tasks or stages, each with what is indented below it, in the order of their text. */
function inOrder(lines: readonly string[]): string[] {
  const sorted: string[] = [];
  let group: string[] = [];
  for (const line of [...lines, '']) {
    const below = group.length > 0 && line.startsWith(' '.repeat(8));
    if (below) group.push(`${group.pop()!}\n${line}`);
    else if (told.test(line)) group.push(line);
    else {
      sorted.push(...group.sort(), line);
      group = [];
    }
  }
  return sorted.slice(0, -1);
}
