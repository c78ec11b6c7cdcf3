import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunData } from '../report/page/data.ts';
import type { PackedRun } from '../report/run-data.ts';

export interface Pack extends PackedRun {
  /** SHA-256 of the file of its maps. */
  readonly digest: string;
}

/** All runs that a study packed, of those whose axes have the values asked for. */
export async function readPacks(
  artifacts: string,
  where: Readonly<Record<string, string>>,
): Promise<readonly Pack[]> {
  const folder = join(artifacts, 'pack');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const packs: Pack[] = [];
  for (const name of names.filter((each) => each.endsWith('run.json')).sort()) {
    const run = JSON.parse(await readFile(join(folder, name), 'utf8')) as RunData;
    if (!Object.entries(where).every(([axis, value]) => String(run.point[axis]) === value)) continue;
    const maps = await readFile(join(folder, dirname(name), 'maps.json'));
    packs.push({
      run,
      blocks: JSON.parse(maps.toString('utf8')) as PackedRun['blocks'],
      digest: createHash('sha256').update(maps).digest('hex'),
    });
  }
  return packs;
}
