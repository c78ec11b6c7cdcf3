import { expect, test } from 'vitest';
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

test('one of which nothing is known goes by its name', () => {
  expect(processorText('Apple M3', '')).toBe('Apple M3');
});

test('this one is the same each time', () => {
  expect(thisProcessor()).toBe(thisProcessor());
});
