import fs, { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os, { cpus } from 'node:os';
import { expect, test, vi } from 'vitest';
import { processorText, thisProcessor } from '../../../lib/pipe/execute/processor.ts';

const cpuinfo = (flags: string): string => `processor\t: 0\nflags\t\t: ${flags}\nbogomips\t: 1\n`;

test('processors of one name that can do other things are two', () => {
  const [with512, without] = ['fpu avx avx2 avx512f', 'fpu avx avx2'].map((flags) =>
    processorText('EPYC', cpuinfo(flags)),
  );
  expect(with512).not.toBe(without);
  expect(with512).toBe(processorText('EPYC', `${cpuinfo('fpu avx avx2 avx512f')}${cpuinfo('fpu')}`));
  expect(with512).not.toBe(processorText('Xeon', cpuinfo('fpu avx avx2 avx512f')));
});

test('what it can do is all that stands behind the colon, and no more', () => {
  const text = processorText('X', 'flags : a b\nother : c\n');
  expect(text).toMatch(/^X [0-9a-f]{16}$/);
  for (const same of ['flags\t\t:   a b\nother : d\n', 'model: flags : x\nFeatures:a b\n', 'x\nflags: a b'])
    expect(processorText('X', same)).toBe(text);
  for (const other of ['flags : a', 'flags : b a', 'flags :', 'my flags : a b', 'flagship : a b'])
    expect(processorText('X', other)).not.toBe(text);
});

test('one of which nothing is known goes by its name', () => {
  expect(processorText('Apple M3', '')).toBe('Apple M3');
});

test('this one is the same each time', () => {
  expect(thisProcessor()).toBe(thisProcessor());
});

const cpuinfoThere =
  fs.existsSync('/proc/cpuinfo') && /^(?:flags|Features)\s*:/m.test(readFileSync('/proc/cpuinfo', 'utf8'));

test.runIf(cpuinfoThere)('this one is known by what the kernel says that it can do', () => {
  expect(thisProcessor()).toBe(processorText(cpus()[0]!.model, readFileSync('/proc/cpuinfo', 'latin1')));
});

test('where the kernel says nothing, this one goes by its name', async () => {
  const opened = vi.spyOn(fs, 'openSync').mockImplementation(() => {
    throw Object.assign(new Error('none'), { code: 'ENOENT' });
  });
  syncBuiltinESMExports();
  vi.resetModules();
  try {
    const anew = await import('../../../lib/pipe/execute/processor.ts');
    expect(anew.thisProcessor()).toBe(cpus()[0]?.model ?? '');
    vi.resetModules();
    const asked = vi.spyOn(os, 'cpus').mockReturnValue([]);
    syncBuiltinESMExports();
    const without = await import('../../../lib/pipe/execute/processor.ts');
    expect(without.thisProcessor()).toBe('');
    asked.mockRestore();
  } finally {
    opened.mockRestore();
    syncBuiltinESMExports();
  }
});

test.runIf(process.platform === 'linux')('nothing stays open of what was asked', async () => {
  vi.resetModules();
  const closed = vi.spyOn(fs, 'closeSync');
  syncBuiltinESMExports();
  try {
    const anew = await import('../../../lib/pipe/execute/processor.ts');
    closed.mockClear();
    anew.thisProcessor();
    anew.thisProcessor();
    // Asked once.
    expect(closed).toHaveBeenCalledTimes(1);
  } finally {
    closed.mockRestore();
    syncBuiltinESMExports();
  }
});
