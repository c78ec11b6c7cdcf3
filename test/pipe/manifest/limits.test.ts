import { describe, expect, test } from 'vitest';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';

const stages = 'stages:\n  s: { cmd: x, outputs: { o: o } }\n';

function messages(text: string): string[] {
  const loaded = loadPipeline(text, { file: 'pipeline.yaml' });
  return loaded.ok ? [] : loaded.diagnostics.map(({ message }) => message);
}

function steps(each: (before: string) => string, first: string): string {
  const lines = Array.from({ length: 60 }, (_, i) => `  a${i + 1}: ${each(`a${i}`)}`);
  return `version: 1\nparams:\n  a0: ${first}\n${lines.join('\n')}\n${stages}`;
}

const numbers = (count: number): string => `[${Array.from({ length: count }, (_, i) => i).join(',')}]`;

describe('a pipeline that is too much is refused in words', () => {
  const nested = Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i + 2)}a:`).join('\n');
  const cases: [string, string, RegExp][] = [
    ['nested blocks', `version: 1\nparams:\n${nested}\n${stages}`, /more than 100 deep/],
    [
      'nested brackets',
      `version: 1\nparams: { a: ${'['.repeat(150)}${']'.repeat(150)} }\n${stages}`,
      /more than 100 deep/,
    ],
    [
      'a text that doubles at each reference',
      steps((before) => `'\${${before}}\${${before}}'`, 'xxxxxxxxxx'),
      /has grown beyond 10000000 letters by its references/,
    ],
    [
      'a list that doubles at each reference',
      steps((before) => `['\${${before}}', '\${${before}}']`, '[x]'),
      /has grown beyond 10000000 letters by its references/,
    ],
    [
      'a million tasks',
      `version: 1\nstages:\n  s: { cmd: x, matrix: { a: ${numbers(1000)}, b: ${numbers(1000)} }, outputs: { o: o } }\n`,
      /with 1000000 tasks here there would be more than 500000/,
    ],
    [
      'thousands that each gather thousands',
      `version: 1\nstages:\n  s: { cmd: x, matrix: { a: ${numbers(5000)} }, outputs: { o: o } }
  g: { cmd: x, matrix: { b: ${numbers(5000)} }, inputs: { i: { from: s.o, gather: [a] } }, outputs: { o: o } }\n`,
      /5000 tasks that gather 5000 outputs each are more than can be planned/,
    ],
    [
      'a range of a million',
      'version: 1\nstages:\n  s: { cmd: x, matrix: { a: { from: 1, to: 1000000 } }, outputs: { o: o } }\n',
      /more than 100000 values/,
    ],
    [
      'a matrix of thousands by thousands, of which some are excluded',
      `version: 1\nstages:\n  s: { cmd: x, matrix: { a: ${numbers(3000)}, b: ${numbers(3000)}, exclude: [{ a: 1, b: 1 }] }, outputs: { o: o } }\n`,
      /there are 9000000 combinations here, more than can be gone through/,
    ],
    [
      'an entry of thousands by thousands',
      `version: 1\nstages:\n  s: { cmd: x, matrix: { include: [{ a: ${numbers(3000)}, b: ${numbers(3000)} }] }, outputs: { o: o } }\n`,
      /9000000 combinations are more than can be gone through|there are no|no axis/,
    ],
  ];
  test.each(cases)('%s', (_, text, expected) => {
    const said = messages(text);
    expect(said.length).toBeGreaterThan(0);
    for (const message of said) expect(message).toMatch(expected);
  });

  test('and what people nest is not', () => {
    expect(messages(`version: 1\nparams: { a: ${'['.repeat(90)}${']'.repeat(90)} }\n${stages}`)).toEqual([]);
  });
});
