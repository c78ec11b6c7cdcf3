/** A path with `.`, doubled and last slashes gone and `..` followed; a `..` that leads out is kept in front. */
export function normalPath(path: string): string {
  const absolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !absolute) parts.push(part);
  }
  return (absolute ? '/' : '') + parts.join('/');
}

/** Why a path is not one inside the project; null when it is. */
export function whyOutside(path: string): string | null {
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'is absolute';
  if (path.startsWith('~/') || path === '~') return 'starts at a home directory';
  const normal = normalPath(path);
  return normal === '..' || normal.startsWith('../') ? 'leaves the project' : null;
}

/**
 * A path that is relative to a directory of the project, as one of the project; absolute ones stay. It always has a
 * slash, which tells it from the output of a stage. `open`: what stands here is only its beginning.
 */
export function basedOn(directory: string, path: string, open = false): string {
  if (directory === '' || path.trim() === '' || /^[A-Za-z]:[\\/]|^[/~]/.test(path)) return path;
  if (open) return `${directory}/${path}`;
  const joined = normalPath(`${directory}/${path}`);
  return joined.includes('/') ? joined : `./${joined}`;
}

/** Where the outputs of a profile lie, project-relative; those of its experiments lie elsewhere. */
export function usualPlace(profile: string): string {
  return profile === 'default' ? 'artifacts' : `artifacts/${profile}`;
}
