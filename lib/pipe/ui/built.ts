import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that the build made: beside the program where that is built, in `dist/` where it is run from its sources. */
export function builtFile(name: string): string {
  for (let directory = dirname(fileURLToPath(import.meta.url)); ; directory = dirname(directory)) {
    const found = [name, `dist/${name}`].map((each) => join(directory, each)).find(existsSync);
    if (found !== undefined) return found;
    if (directory === dirname(directory)) throw new Error(`dist/${name} is missing; run \`npm run build\``);
  }
}
