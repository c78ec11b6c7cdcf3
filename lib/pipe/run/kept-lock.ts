import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ifPossible, writeAtomically } from '../store/atomic.ts';
import { readFileSync } from '../store/disk.ts';
import { lockFrom, type Lock } from '../store/lock.ts';

/** The lock as a run left it, in the run's directory: what lies there is bounded by `pipe gc`. */
const NAME = 'pipe.lock.gz';

export function keepLock(run: string, lock: Lock): void {
  ifPossible(() => {
    writeAtomically(join(run, NAME), gzipSync(lock.text()), false);
  });
}

/** Null where none was kept: of a run that was killed, or that knew at once that nothing was to be done. */
export function keptLock(run: string): Lock | null {
  try {
    return lockFrom(gunzipSync(readFileSync(join(run, NAME))).toString());
  } catch {
    return null;
  }
}
