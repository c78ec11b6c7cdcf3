import { readdirSync, realpathSync } from '../store/disk.ts';
import { lookThrough } from '../store/file-stat.ts';
import { byCodeUnit } from '../store/tree.ts';

/**
 * Relative paths of all that is not a directory below one, in the order of code units; of directories with nothing in
 * them, too, with a `/` at the end. Links to directories are followed; one that leads back to where it lies is given
 * like a file.
 */
export function listingOf(directory: string): readonly string[] {
  const found: string[] = [];
  /** `open`: real paths of the directories in which the links lie that led here. */
  const visit = (relative: string, open: readonly string[]) => {
    const here = `${directory}/${relative}`;
    const entries = readdirSync(here, { withFileTypes: true });
    if (entries.length === 0 && relative !== '') found.push(relative);
    for (const entry of entries) {
      const path = relative + entry.name;
      if (entry.isDirectory()) visit(`${path}/`, open);
      else if (entry.isSymbolicLink() && lookThrough(`${directory}/${path}`)?.kind === 'directory') {
        const around = [...open, realpathSync(here)];
        const target = realpathSync(`${directory}/${path}`);
        const endless = around.some((each) => `${each}/`.startsWith(`${target}/`));
        if (endless) found.push(path);
        else visit(`${path}/`, around);
      } else found.push(path);
    }
  };
  visit('', []);
  return found.sort(byCodeUnit);
}
