import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
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
    const { started } = thisProcess();
    writeFileSync(file, JSON.stringify({ ...thisProcess(), started: started.replace(/\d+$/, '1') }));
    expect(tryLock(file, thisProcess()).type).toBe('held');
  });

  test.each([
    ['another start of a machine with this name', (started: string) => started.replace(/^[^/]*/, 'another')],
    ['another container with this name', (started: string) => started.replace(/\/\d+\//, '/1/')],
    [
      'an earlier version, which did not tell the container',
      (started: string) => started.replace(/\/\d+\//, '/'),
    ],
  ])('taken in %s is reported, not taken', (_, elsewhere) => {
    const file = join(temporaryDirectory(), 'run.lock');
    const me = thisProcess();
    const holder = { ...me, pid: 1, started: elsewhere(me.started) };
    writeFileSync(file, JSON.stringify(holder));
    expect(tryLock(file, me)).toEqual({ type: 'foreign', holder });
  });

  test('of a dead process is looked at once more before it is removed: another may have taken it over', async () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const { child, identity } = await runningProcess();
    const { started } = thisProcess();
    writeFileSync(file, JSON.stringify({ ...thisProcess(), started: started.replace(/\d+$/, '1') }));
    // Whoever is slower finds, once it may remove the dead one's, the faster one's in its place.
    const { openSync } = fs;
    const taken = vi.spyOn(fs, 'openSync').mockImplementation((path, flags) => {
      if (flags === 'wx' && path !== file) writeFileSync(file, JSON.stringify(identity));
      return openSync(path, flags);
    });
    syncBuiltinESMExports();
    try {
      expect(tryLock(file, thisProcess())).toEqual({ type: 'busy', holder: identity });
    } finally {
      taken.mockRestore();
      syncBuiltinESMExports();
      child.kill('SIGKILL');
    }
  });

  test('of a dead process is left alone while another takes it over, unless that one was killed over it', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const guard = `${file}.takeover`;
    const me = thisProcess();
    const dead = { ...me, started: me.started.replace(/\d+$/, '1') };
    writeFileSync(file, JSON.stringify(dead));
    writeFileSync(guard, '');
    expect(tryLock(file, me)).toEqual({ type: 'busy', holder: dead });
    const at = (age: number) => Date.now() / 1000 - age;
    utimesSync(guard, at(4), at(4));
    expect(tryLock(file, me)).toEqual({ type: 'busy', holder: dead });
    expect(existsSync(guard)).toBe(true);
    utimesSync(guard, at(6), at(6));
    // It is the next one's, who asks once more.
    expect(tryLock(file, me)).toEqual({ type: 'busy', holder: dead });
    expect(existsSync(guard)).toBe(false);
    expect(tryLock(file, me).type).toBe('held');
    expect(readdirSync(join(file, '..'))).toEqual(['run.lock']);
  });

  test('that names nobody is left alone while another takes it over, too', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    writeFileSync(file, '');
    writeFileSync(`${file}.takeover`, '');
    expect(tryLock(file, thisProcess())).toEqual({ type: 'busy', holder: { ...thisProcess(), pid: 0 } });
  });

  test('that was released is not released once more: it may be another’s by then', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const me = thisProcess();
    const attempt = tryLock(file, me);
    if (attempt.type !== 'held') throw new Error('it is free');
    attempt.release();
    attempt.release();
    const later = { ...me, started: `${me.started}1` };
    writeFileSync(file, JSON.stringify(later));
    attempt.release();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(later);
  });

  test('of a dead process cannot be taken over where no file can be made beside it: that is said', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    writeFileSync(file, '');
    const { openSync } = fs;
    const opened = vi.spyOn(fs, 'openSync').mockImplementation((path, flags) => {
      if (flags !== 'wx') return openSync(path, flags);
      throw Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'open' });
    });
    syncBuiltinESMExports();
    try {
      expect(() => tryLock(file, thisProcess())).toThrow('full');
    } finally {
      opened.mockRestore();
      syncBuiltinESMExports();
    }
  });

  test('that goes just as it is found to be there is tried for again', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const linked = vi.spyOn(fs, 'linkSync').mockImplementationOnce(() => {
      throw Object.assign(new Error('there'), { code: 'EEXIST', syscall: 'link' });
    });
    syncBuiltinESMExports();
    try {
      expect(tryLock(file, thisProcess()).type).toBe('held');
    } finally {
      linked.mockRestore();
      syncBuiltinESMExports();
    }
  });

  test('cannot be taken where no file can get its name: that is said, and nothing is left', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const linked = vi.spyOn(fs, 'linkSync').mockImplementation(() => {
      throw Object.assign(new Error('no links here'), { code: 'EPERM', syscall: 'link' });
    });
    syncBuiltinESMExports();
    try {
      expect(() => tryLock(file, thisProcess())).toThrow('no links here');
    } finally {
      linked.mockRestore();
      syncBuiltinESMExports();
    }
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });

  test('taken on another host is reported, not taken', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const holder = { host: 'elsewhere', pid: 1, started: 'x/1' };
    writeFileSync(file, JSON.stringify(holder));
    expect(tryLock(file, thisProcess())).toEqual({ type: 'foreign', holder });
  });

  const nobody = [
    ...['', 'null', '0', '[]', '{"host":1}', '{"host":1,"pid":1,"started":"x/1"}'],
    ...['{"host":"x","pid":"1","started":"x/1"}', '{"host":"x","pid":1,"started":1}'],
  ];
  test.each(nobody)('that is %j names nobody, and is free', (content) => {
    const file = join(temporaryDirectory(), 'run.lock');
    writeFileSync(file, content);
    expect(tryLock(file, thisProcess()).type).toBe('held');
  });
});
