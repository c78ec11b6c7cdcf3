import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { progressLine } from '../../../lib/pipe/report/progress-line.ts';

test('a progress line is drawn over itself, not all the time, and leaves nothing behind', async () => {
  let text = '';
  const line = progressLine((part) => void (text += part), true);
  line.show(() => 'too soon');
  await sleep(150);
  line.show(() => '1 of 2');
  line.show(() => 'too soon again');
  line.clear();
  line.clear();
  expect(text).toBe('\r\u001b[K1 of 2\r\u001b[K');
});

test('elsewhere than on a terminal nothing is drawn', async () => {
  let text = '';
  const line = progressLine((part) => void (text += part), false);
  await sleep(150);
  line.show(() => '1 of 2');
  line.clear();
  expect(text).toBe('');
});
