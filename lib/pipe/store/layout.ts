import { isAbsolute, join } from 'node:path';
import type { Digest } from '../digest.ts';

export const MANIFEST_FILE = 'pipeline.yaml';

/**
 * Where everything lies; the one place that knows. `cache` may be shared by projects, machines even;
 * `local` always belongs to one project directory on one machine.
 *
 *   <cache>/store/sha256/ab/cdef…   bytes by digest, read-only
 *   <cache>/actions/ab/cdef…        fingerprint → digests of the outputs
 *   <cache>/work/<process>/<n>/     where running tasks write
 *   <cache>/jobs/<batch>/           what jobs of a cluster are told, and say
 *   <cache>/users/<id>.json         projects that use it, other than the one around it
 *   <project>/experiments/<name>/   record, lock and numbers of an experiment
 *   <project>/cache/local/          stat cache, bundled code, run logs, the lock of the running process,
 *                                 how everything stood when nothing was to do
 */
export interface Layout {
  readonly project: string;
  readonly cache: string;
  readonly local: string;
}

export function layoutOf(project: string, cache = join(project, 'cache')): Layout {
  return { project, cache, local: join(project, 'cache', 'local') };
}

/** The same with a cache as users write it: relative to the project, or absolute; empty is none. */
export function layoutIn(project: string, cache = ''): Layout {
  if (cache === '') return layoutOf(project);
  return layoutOf(project, isAbsolute(cache) ? cache : join(project, cache));
}

export function blobsPath(layout: Layout): string {
  return `${layout.cache}/store/sha256`;
}

export function blobPath(layout: Layout, digest: Digest): string {
  return `${blobsPath(layout)}/${fanOut(digest)}`;
}

export function actionsPath(layout: Layout): string {
  return `${layout.cache}/actions`;
}

export function actionPath(layout: Layout, fingerprint: Digest): string {
  return `${actionsPath(layout)}/${fanOut(fingerprint)}`;
}

export function workPath(layout: Layout): string {
  return `${layout.cache}/work`;
}

export function jobsPath(layout: Layout): string {
  return `${layout.cache}/jobs`;
}

export function usersPath(layout: Layout): string {
  return `${layout.cache}/users`;
}

/** Held by the process that runs tasks in a project. */
export function runLockPath(project: string): string {
  return `${project}/cache/local/run.lock`;
}

export function codePath(layout: Layout): string {
  return `${layout.local}/code`;
}

export function runsPath(layout: Layout): string {
  return `${layout.local}/runs`;
}

/** The directory of all experiments, of one what it is, its lock and its numbers. */
export const EXPERIMENTS = 'experiments';

/** Project-relative. */
export function lockName(profile: string, experiment: string | null = null): string {
  if (experiment !== null) return `${EXPERIMENTS}/${experiment}/pipe.lock`;
  return profile === 'default' ? 'pipe.lock' : `pipe.${profile}.lock`;
}

/** The profile that a lock of this name is of; null for another file. */
export function lockProfile(name: string): string | null {
  const [whole, profile = 'default'] = /^pipe(?:\.(.+))?\.lock$/.exec(name) ?? [];
  return whole === undefined ? null : profile;
}

/** 256 directories keep each short enough for any file system. */
function fanOut(digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return `${hex.slice(0, 2)}/${hex.slice(2)}`;
}
