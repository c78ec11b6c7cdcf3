import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isMapping, type Json, type JsonObject } from '../json.ts';
import { ifPossible, writeAtomically } from '../store/atomic.ts';
import { readFileSync } from '../store/disk.ts';
import { lockFrom, type Lock } from '../store/lock.ts';

/** The lock as a run left it, in the run's directory: what lies there is bounded by `pipe gc`. */
const NAME = 'pipe.lock.gz';

export function keptLockPath(run: string): string {
  return join(run, NAME);
}

export function keepLock(run: string, lock: Lock): void {
  ifPossible(() => {
    writeAtomically(keptLockPath(run), gzipSync(lock.text()), false);
  });
}

/** Its parameters, as the pipeline resolved them. */
const PARAMS = 'params.json';

export function keepParams(run: string, params: JsonObject): void {
  ifPossible(() => {
    writeAtomically(join(run, PARAMS), `${JSON.stringify(params)}\n`, false);
  });
}

/** Null where none were kept: of a run by an earlier version, or that knew at once that nothing was to be done. */
export function keptParams(run: string): JsonObject | null {
  try {
    const params = JSON.parse(readFileSync(join(run, PARAMS), 'utf8')) as Json;
    return isMapping(params) ? params : null;
  } catch {
    return null;
  }
}

/** Null where none was kept: of a run that was killed, or that knew at once that nothing was to be done. */
export function keptLock(run: string): Lock | null {
  try {
    return lockFrom(gunzipSync(readFileSync(keptLockPath(run))).toString());
  } catch {
    return null;
  }
}
