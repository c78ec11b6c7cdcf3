import { dirname, join } from 'node:path';
import type { Program } from './command-process.ts';

/** The directory with the Python package as it is shipped, beside the worker's program. */
export function pythonDirectory(workerEntry: string): string {
  return join(dirname(workerEntry), 'python');
}

/** Runs a module of that package, which then is on the path in place of the current directory. */
export function pythonProgram(executable: string, directory: string, module: string): Program {
  const begin = `import sys; sys.path[0] = sys.argv.pop(1); from pipewright.${module} import main; main()`;
  return [executable, '-c', begin, directory];
}

/**
 * What makes Python compute alike in every process, and on as many threads as its task has: no random order of
 * sets, UTF-8 whatever the locale. What the stage declares as its environment stands before these.
 */
export function pythonEnvironment(
  env: Readonly<Record<string, string>>,
  threads: number,
): Readonly<Record<string, string>> {
  const bound = String(threads);
  return {
    PYTHONHASHSEED: '0',
    PYTHONUTF8: '1',
    OMP_NUM_THREADS: bound,
    OPENBLAS_NUM_THREADS: bound,
    MKL_NUM_THREADS: bound,
    NUMEXPR_NUM_THREADS: bound,
    VECLIB_MAXIMUM_THREADS: bound,
    ...env,
  };
}
