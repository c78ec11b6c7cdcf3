import { join } from 'node:path';
import { axisFiles } from '../files/axis-files.ts';
import { loadPipeline } from '../graph/load.ts';
import { readFileSync } from '../store/disk.ts';
import { experimentsIn } from '../store/experiments.ts';
import type { Build, Builds } from './verify.ts';
import { MANIFEST_FILE } from '../store/layout.ts';
import { locksIn, openLock, type Lock } from '../store/lock.ts';

interface Built {
  readonly profile: string;
  readonly lock: Lock;
  readonly experiment: string | null;
  readonly sets: readonly string[];
}

/** What every lock of a project says, of its profiles and its experiments. */
export function buildsOf(directory: string): Builds {
  const ofProfiles = locksIn(directory).map((each) => ({ ...each, experiment: null, sets: [] }));
  const ofExperiments = experimentsIn(directory).map(({ name, record: { profile, set: sets } }) => ({
    profile,
    lock: openLock(directory, profile, name),
    experiment: name,
    sets,
  }));
  const all = [...ofProfiles, ...ofExperiments];
  return { locks: all.map(({ lock }) => lock), all: () => loaded(directory, all) };
}

/** With the pipeline of each; what that no longer takes, as a profile that is no more, is left out. */
function loaded(directory: string, all: readonly Built[]): readonly Build[] {
  const read = (path: string): string | null => {
    try {
      return readFileSync(join(directory, path), 'utf8');
    } catch {
      return null;
    }
  };
  const text = readFileSync(join(directory, MANIFEST_FILE), 'utf8');
  const list = (pattern: string) => axisFiles(directory, pattern);
  return all.flatMap(({ profile, lock, experiment, sets }) => {
    const chosen = profile === 'default' ? undefined : profile;
    const result = loadPipeline(text, { file: MANIFEST_FILE, profile: chosen, sets, experiment, read, list });
    return result.ok ? [{ manifest: result.manifest, graph: result.graph, lock }] : [];
  });
}
