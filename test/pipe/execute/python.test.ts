import { expect, test } from 'vitest';
import { pythonDirectory, pythonEnvironment, pythonProgram } from '../../../lib/pipe/execute/python.ts';

test('Python computes alike in every process and on its task’s threads, unless the stage says otherwise', () => {
  const threads = ['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR'].map((name) => `${name}_NUM_THREADS`);
  expect(pythonEnvironment({}, 3)).toEqual({
    PYTHONHASHSEED: '0',
    PYTHONUTF8: '1',
    ...Object.fromEntries([...threads, 'VECLIB_MAXIMUM_THREADS'].map((name) => [name, '3'])),
  });
  expect(pythonEnvironment({ PYTHONHASHSEED: '7', A: 'a' }, 1)).toMatchObject({
    PYTHONHASHSEED: '7',
    PYTHONUTF8: '1',
    A: 'a',
  });
});

test('a module of the package beside the worker is run with the package on the path, and not the current directory', () => {
  const directory = pythonDirectory('/dist/worker.js');
  expect(directory).toBe('/dist/python');
  const [file, flag, begin, ...rest] = pythonProgram('/bin/python3', directory, '_worker');
  expect([file, flag, rest]).toEqual(['/bin/python3', '-c', ['/dist/python']]);
  expect(begin).toBe(
    'import sys; sys.path[0] = sys.argv.pop(1); from pipewright._worker import main; main()',
  );
});
