import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identityOf, isAlive, thisProcess } from '../../../lib/pipe/store/process-identity.ts';
import { tryLock } from '../../../lib/pipe/store/project-lock.ts';
import { temporaryDirectory } from './temporary.ts';

async function runningProcess() {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  return { child, identity: identityOf(child.pid!) };
}

describe('the lock of a project', () => {
  test('is held by one, and free again when released', () => {
    const file = join(temporaryDirectory(), 'local', 'run.lock');
    const first = tryLock(file, thisProcess());
    expect(first.type).toBe('held');
    expect(tryLock(file, thisProcess())).toEqual({ type: 'busy', holder: thisProcess() });
    if (first.type === 'held') first.release();
    expect(existsSync(file)).toBe(false);
    expect(tryLock(file, thisProcess()).type).toBe('held');
  });

  test('is busy while another process that has it lives, and free once that was killed', async () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const { child, identity } = await runningProcess();
    expect(tryLock(file, identity).type).toBe('held');
    expect(tryLock(file, thisProcess())).toEqual({ type: 'busy', holder: identity });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
    expect(tryLock(file, thisProcess()).type).toBe('held');
  });

  test('left by a process whose number another process has now is free', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    writeFileSync(file, JSON.stringify({ ...thisProcess(), started: 'another boot/1' }));
    expect(tryLock(file, thisProcess()).type).toBe('held');
  });

  test('taken on another host is reported, not taken', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const holder = { host: 'elsewhere', pid: 1, started: 'x/1' };
    writeFileSync(file, JSON.stringify(holder));
    expect(tryLock(file, thisProcess())).toEqual({ type: 'foreign', holder });
  });

  test('that is empty or garbage is free', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    writeFileSync(file, '');
    expect(tryLock(file, thisProcess()).type).toBe('held');
  });
});
