import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  beganBy,
  bootIdentity,
  identityOf,
  isAlive,
  lifeOf,
  thisProcess,
} from '../../../lib/pipe/store/process-identity.ts';
import { holderOf, tryLock } from '../../../lib/pipe/store/project-lock.ts';
import { temporaryDirectory } from './temporary.ts';

const linux = process.platform === 'linux';
const me = thisProcess();

describe('a process', () => {
  test('is known by its host and number, and by when it began', () => {
    expect(me).toMatchObject({ host: hostname(), pid: process.pid });
    expect(identityOf(process.pid)).toEqual(me);
    expect(isAlive(me)).toBe(true);
  });

  test.runIf(linux)('began in this start of the machine, in its space of numbers, at its own time', () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    expect(bootIdentity()).toBe(boot);
    expect(me.started).toMatch(new RegExp(`^${boot}/\\d+/\\d+$`));
    expect(identityOf(2 ** 30).started).toBe('');
  });

  test.runIf(linux)('was begun by another, and that by another', () => {
    const [parent, ...others] = beganBy(process.pid);
    expect(parent).toBe(process.ppid);
    expect(beganBy(process.ppid)).toEqual(others);
    expect(beganBy(2 ** 30)).toEqual([]);
  });

  test('of the same number that began at another time is another one', () => {
    expect(isAlive({ ...me, started: `${me.started}0` })).toBe(false);
    expect(lifeOf({ ...me, started: `${me.started}0` }, me)).toBe('dead');
    expect(lifeOf(me, me)).toBe('alive');
  });

  test.each([
    ['on another host', { ...me, host: 'far' }],
    ['in another start of the machine', { ...me, started: me.started.replace(/^[^/]*/, 'other') }],
    ['in another space of numbers', { ...me, started: me.started.replace(/\/\d+\//, '/1/') }],
  ])('%s cannot be seen', (_, other) => {
    expect(lifeOf(other, me)).toBe('unseen');
  });

  test('of a number that nobody has is dead', () => {
    expect(isAlive({ ...me, pid: 2 ** 30 })).toBe(false);
  });

  test.runIf(linux)('that ended and whose end nobody has asked for yet is dead', async () => {
    // Its parent is a shell that went on as another program, which never asks.
    const shell = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => {
      shell.kill('SIGKILL');
    });
    const [text] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(String(text));
    const until = async (there: () => boolean) => {
      while (!there()) await new Promise(setImmediate);
    };
    await until(() => readFileSync(`/proc/${shell.pid}/comm`, 'utf8') === 'sleep\n');
    process.kill(pid, 'SIGKILL');
    await until(() => /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    expect(isAlive({ ...me, pid, started: me.started })).toBe(false);
    expect(identityOf(pid).started).toBe('ended');
  });
});

describe('where the kernel tells nothing of processes', () => {
  /** As on a system without `/proc`. */
  function withoutProc<T>(ask: () => T): T {
    const refused = (path: unknown) => {
      throw Object.assign(new Error(`ENOENT: ${String(path)}`), { code: 'ENOENT' });
    };
    const spies = [
      vi.spyOn(fs, 'readFileSync').mockImplementation(refused),
      vi.spyOn(fs, 'readlinkSync').mockImplementation(refused),
    ];
    syncBuiltinESMExports();
    try {
      return ask();
    } finally {
      for (const spy of spies) spy.mockRestore();
      syncBuiltinESMExports();
    }
  }

  test('one is known by its host and number alone, and lives if there is one of that number', () => {
    const plain = { host: hostname(), pid: process.pid, started: '' };
    expect(withoutProc(thisProcess)).toEqual(plain);
    expect(withoutProc(() => lifeOf(plain, plain))).toBe('alive');
    expect(withoutProc(() => lifeOf({ ...plain, pid: 2 ** 30 }, plain))).toBe('dead');
    expect(withoutProc(() => beganBy(process.pid))).toEqual([]);
    expect(withoutProc(bootIdentity)).toBe('');
  });

  test('one of somebody else lives, though it may not be asked', () => {
    const asked = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    });
    try {
      expect(withoutProc(() => isAlive({ ...me, pid: 1 }))).toBe(true);
      expect(asked).toHaveBeenCalledWith(1, 0);
    } finally {
      asked.mockRestore();
    }
  });

  test.runIf(linux)('of its space of numbers, it is the only one', () => {
    const spy = vi.spyOn(fs, 'readlinkSync').mockImplementation(() => {
      throw new Error('none');
    });
    syncBuiltinESMExports();
    try {
      expect(thisProcess().started).toMatch(/^[^/]+\/\/\d+$/);
    } finally {
      spy.mockRestore();
      syncBuiltinESMExports();
    }
  });
});

test.runIf(linux)('a process is known by when it began, whatever its program is called', async () => {
  const directory = temporaryDirectory();
  const program = join(directory, 'a) S 1 (b');
  writeFileSync(program, readFileSync('/bin/sleep'), { mode: 0o755 });
  const child = spawn(program, ['60']);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child, 'spawn');
  const { started } = identityOf(child.pid!);
  const ticks = (text: string) => Number(text.slice(text.lastIndexOf('/') + 1));
  expect(ticks(started)).toBeGreaterThanOrEqual(ticks(me.started));
  expect(beganBy(child.pid!)[0]).toBe(process.pid);
});

describe('the holder of a lock', () => {
  test('is told while it lives, and nobody otherwise', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    expect(holderOf(file)).toBeNull();
    const attempt = tryLock(file, me);
    expect(holderOf(file)).toEqual(me);
    for (const other of [{ ...me, pid: 2 ** 30 }, { ...me, host: 'far' }, { host: me.host }, null]) {
      writeFileSync(file, JSON.stringify(other));
      expect(holderOf(file)).toBeNull();
    }
    // Somebody else has taken it since: it is not this one's to release.
    writeFileSync(file, JSON.stringify({ ...me, pid: 7 }));
    if (attempt.type === 'held') attempt.release();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: 7 });
  });

  test('that nobody can read the name of is nobody: the lock is taken', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    for (const text of ['', '{', 'null', '{"host":"x","pid":"1","started":""}']) {
      writeFileSync(file, text);
      const attempt = tryLock(file, me);
      expect(attempt.type).toBe('held');
      if (attempt.type === 'held') attempt.release();
    }
  });

  test('cannot be where no file can be made', () => {
    const file = join(temporaryDirectory(), 'x'.repeat(300));
    expect(() => tryLock(file, me)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
    expect(() => holderOf(file)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  });
});
