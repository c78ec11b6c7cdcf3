import { isAbsolute, join } from 'node:path';
import type { Digest } from '../digest.ts';

/**
 * Where everything lies; the one place that knows. `cache` may be shared by projects, machines even;
 * `local` always belongs to one project directory on one machine.
 *
 *   <cache>/store/sha256/ab/cdef…   bytes by digest, read-only
 *   <cache>/actions/ab/cdef…        fingerprint → digests of the outputs
 *   <cache>/work/<process>/<n>/     where running tasks write
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

/** The same with a cache as users write it: relative to the project, or absolute. */
export function layoutIn(project: string, cache: string | undefined): Layout {
  return layoutOf(project, cache === undefined || isAbsolute(cache) ? cache : join(project, cache));
}

export function blobPath(layout: Layout, digest: Digest): string {
  return `${layout.cache}/store/sha256/${fanOut(digest)}`;
}

export function actionPath(layout: Layout, fingerprint: Digest): string {
  return `${layout.cache}/actions/${fanOut(fingerprint)}`;
}

export function workPath(layout: Layout): string {
  return `${layout.cache}/work`;
}

export function runsPath(layout: Layout): string {
  return `${layout.local}/runs`;
}

export function lockName(profile: string): string {
  return profile === 'default' ? 'pipe.lock' : `pipe.${profile}.lock`;
}

/** 256 directories keep each short enough for any file system. */
function fanOut(digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return `${hex.slice(0, 2)}/${hex.slice(2)}`;
}
