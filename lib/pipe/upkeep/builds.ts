import { join } from 'node:path';
import { axisFiles } from '../files/axis-files.ts';
import { loadPipeline } from '../graph/load.ts';
import { readFileSync } from '../store/disk.ts';
import type { Build } from './verify.ts';
import { MANIFEST_FILE } from '../store/layout.ts';
import { locksIn } from '../store/lock.ts';

/** What every lock of a project says, with the pipeline of its profile; a profile that is no more is left out. */
export function buildsOf(directory: string): Build[] {
  const read = (path: string): string | null => {
    try {
      return readFileSync(join(directory, path), 'utf8');
    } catch {
      return null;
    }
  };
  const text = readFileSync(join(directory, MANIFEST_FILE), 'utf8');
  return locksIn(directory).flatMap(({ profile, lock }) => {
    const chosen = profile === 'default' ? undefined : profile;
    const list = (pattern: string) => axisFiles(directory, pattern);
    const loaded = loadPipeline(text, { file: MANIFEST_FILE, profile: chosen, sets: [], read, list });
    return loaded.ok ? [{ manifest: loaded.manifest, graph: loaded.graph, lock }] : [];
  });
}
