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

/** Where the outputs of a profile lie, project-relative; those of its experiments lie elsewhere. */
export function usualPlace(profile: string): string {
  return profile === 'default' ? 'artifacts' : `artifacts/${profile}`;
}
