import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { piecesOf, readFrom, type Piece } from '../../../lib/pipe/ui/tail.ts';

function file(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-tail-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const path = join(directory, 'events.ndjson');
  writeFileSync(path, text);
  return path;
}

const line = (n: number, text = '') =>
  `${JSON.stringify({ at: n, type: 'task-log', task: 'a', stream: 'out', text })}\n`;

test('what was added since a byte is read, once', () => {
  const path = file(line(1) + line(2));
  const first = readFrom(path, 0);
  expect(first.events.map(({ at }) => at)).toEqual([1, 2]);
  expect(readFrom(path, first.offset)).toEqual({ events: [], offset: first.offset });
  appendFileSync(path, line(3, 'ä'));
  const second = readFrom(path, first.offset);
  expect(second.events.map(({ at }) => at)).toEqual([3]);
});

test('a line that is not finished is left until it is', () => {
  const whole = line(2);
  const path = file(line(1) + whole.slice(0, 10));
  const { offset, events } = readFrom(path, 0);
  expect(events).toHaveLength(1);
  appendFileSync(path, whole.slice(10));
  expect(readFrom(path, offset).events.map(({ at }) => at)).toEqual([2]);
});

test('lines longer than a piece, and files of many pieces, are read whole', async () => {
  const path = file(line(1, 'x'.repeat(3_000_000)) + line(2, 'y'.repeat(5_000_000)) + line(3));
  const pieces: Piece[] = [];
  for await (const piece of piecesOf(path)) pieces.push(piece);
  expect(pieces.flatMap(({ events }) => events).map(({ at }) => at)).toEqual([1, 2, 3]);
  expect(pieces.length).toBeGreaterThan(1);
});

test('damaged lines are left out, and a file that is not there has none', () => {
  const path = file(`${line(1)}{"at":\n[]\nnull\n${line(2)}`);
  expect(readFrom(path, 0).events.map(({ at }) => at)).toEqual([1, 2]);
  expect(readFrom(join(path, 'not'), 7)).toEqual({ events: [], offset: 7 });
});
