import { globSync } from 'tinyglobby';
import { lstatSync, readdirSync, realpathSync, statSync } from '../store/disk.ts';
import { byCodeUnit } from '../store/tree.ts';
import { isLike } from '../wildcard.ts';

const fs = { lstatSync, readdirSync, realpathSync, statSync };

/** Stars in one name, or names that are `**`, from which on a regular expression may take seconds for one path. */
const many = 3;

/** Files in a directory that match a pattern, relative to it and in order; none whose name begins with a dot. */
export function globFiles(directory: string, pattern: string, ignore: readonly string[]): readonly string[] {
  const options = { cwd: directory, onlyFiles: true, dot: false, expandDirectories: false, fs };
  const wider = widened(pattern);
  const found = globSync(wider, { ...options, ignore: [...ignore] });
  const names = wider === pattern ? found : found.filter((name) => matches(pattern, name));
  return names.sort(byCodeUnit);
}

/**
 * A pattern that matches all that the given one does and has few stars: what it matches beyond that is sorted out by
 * `matches`. With braces, brackets or round ones it is the pattern itself.
 */
function widened(pattern: string): string {
  if (/[[\]{}()\\!+@]/.test(pattern)) return pattern;
  const names = pattern.split('/').map((name) => (starsIn(name) < many ? name : name.replace(/\*.*\*/, '*')));
  const [first, last] = [names.indexOf('**'), names.lastIndexOf('**')];
  if (names.filter((name) => name === '**').length >= many) names.splice(first, last - first);
  return names.join('/');
}

function starsIn(name: string): number {
  return name === '**' ? 0 : name.split('*').length - 1;
}

/** By `*`, `?`, and `**` as a whole name, which stands for any number of directories. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/').filter((name) => name !== '.');
  // At the end it stands for files, so for one name at least.
  if (wanted.at(-1) === '**') wanted.push('*');
  const names = path.split('/');
  // Whether the pattern so far matches as many names of the path.
  let fits = names.map(() => false);
  fits.unshift(true);
  for (const each of wanted) {
    if (each === '**') {
      const from = fits.indexOf(true);
      fits = fits.map((_, count) => from >= 0 && count >= from);
    } else
      fits = fits.map((_, count) => count > 0 && fits[count - 1]! && isLike(each, names[count - 1]!, '?'));
  }
  return fits.at(-1)!;
}
