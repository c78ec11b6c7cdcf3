import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import { formatDiagnostic } from '../../../lib/pipe/report/diagnostic.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';

/** `=== title`, arguments as `--- --set a=1`, a manifest (␍ is a carriage return), `>>>`, what is printed. */
const catalogue = readFileSync(new URL('mistakes.txt', import.meta.url), 'utf8');

const cases = catalogue
  .split(/^=== /m)
  .slice(1)
  .map((section) => {
    const [head = '', printed = ''] = section.split('>>>\n');
    const [title = '', ...lines] = head.replaceAll('␍', '\r').split('\n');
    const args = lines.filter((line) => line.startsWith('--- ')).map((line) => line.slice('--- '.length));
    const text = lines.filter((line) => !line.startsWith('--- ')).join('\n');
    return { title, args, text, printed: printed.trimEnd() };
  });

const style = styleFor({ isTTY: false, env: {}, noColor: true });

describe('a mistake in pipeline.yaml is printed with its place', () => {
  test.each(cases)('$title', ({ args, text, printed }) => {
    const given = (option: string): string[] =>
      args.filter((arg) => arg.startsWith(`${option} `)).map((arg) => arg.slice(option.length + 1));
    const [profile] = given('--profile');
    const loaded = loadPipeline(text, { file: 'pipeline.yaml', profile, sets: given('--set') });
    expect(loaded.ok).toBe(false);
    const diagnostics = loaded.ok ? [] : loaded.diagnostics;
    expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, text, style)).join('\n')).toBe(
      printed,
    );
  });
});
