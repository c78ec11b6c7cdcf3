import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { asNice } from '../../../lib/pipe/execute/child.ts';

test.skipIf(!existsSync('/proc/self/autogroup')).each([
  [7, /nice 7$/],
  [0, /nice 0$/],
])('a session of its own is as nice as the process that starts it: %s', (nice, expected) => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  asNice(child, nice);
  expect(readFileSync(`/proc/${child.pid}/autogroup`, 'utf8').trim()).toMatch(expected);
});
