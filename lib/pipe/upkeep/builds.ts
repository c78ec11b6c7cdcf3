import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPipeline } from '../graph/load.ts';
import type { Build } from './verify.ts';
import { lockName, lockProfile, MANIFEST_FILE } from '../store/layout.ts';
import { Lock } from '../store/lock.ts';

/** What every lock of a project says, with the pipeline of its profile; a profile that is no more is left out. */
export function buildsOf(directory: string): Build[] {
  const text = readFileSync(join(directory, MANIFEST_FILE), 'utf8');
  return readdirSync(directory).flatMap((name) => {
    const profile = lockProfile(name);
    if (profile === null) return [];
    const chosen = profile === 'default' ? undefined : profile;
    const loaded = loadPipeline(text, { file: MANIFEST_FILE, profile: chosen, sets: [] });
    if (!loaded.ok) return [];
    const { manifest, graph } = loaded;
    return [{ manifest, graph, lock: new Lock(join(directory, lockName(profile)), profile) }];
  });
}
