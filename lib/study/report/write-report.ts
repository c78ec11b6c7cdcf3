import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { browserScript } from './browser-script.ts';
import { fit, type Limits } from './budget.ts';
import { mapsBlock, mapsFile, pageAround } from './html.tsx';
import type { PackedMaps } from './pack.ts';
import { start } from './page/start.tsx';
import type { RunData, StudyData } from './page/data.ts';
import type { PackedRun } from './run-data.ts';
import { digestOf, studyData, type StudyFiles } from './study-data.ts';

export interface PackFiles {
  readonly run: { readonly path: string };
  readonly maps: { readonly path: string };
}

export interface ReportOptions {
  readonly question: string;
  readonly options: string;
  readonly limits: Limits;
}

export interface Written {
  readonly bytes: number;
  readonly levels: number;
  readonly beside: boolean;
  readonly leftOut: number;
}

/** Writes the report into a folder: `index.html`, and `maps/` beside it where that would be too large. */
export async function writeReport(
  folder: string,
  packs: readonly PackFiles[],
  files: StudyFiles,
  { question, options, limits }: ReportOptions,
): Promise<Written> {
  const packed = await Promise.all(packs.map(readPack));
  const { runs, beside, leftOut } = fit(packed, limits);
  const data = await studyData(
    runs.map(({ run }) => run),
    files,
    { question, options },
    await Promise.all(packs.map(({ maps }) => digestOf(maps.path))),
  );
  const study: StudyData = { ...data, beside, leftOut };
  const { before, after } = pageAround(
    study,
    await browserScript(process.cwd(), 'lib/study/report/page', start),
  );
  const blocks = runs.flatMap((run, at) =>
    run.blocks.flatMap((lines, block) => (lines.length > 0 ? [{ id: `${at}-${block}`, lines }] : [])),
  );
  if (beside) {
    await mkdir(join(folder, 'maps'));
    for (const { id, lines } of blocks)
      await writeFile(join(folder, 'maps', `${id}.js`), mapsFile(id, lines));
  }
  const inside = beside ? [] : blocks;
  const page = createWriteStream(join(folder, 'index.html'));
  for (const part of [before, ...inside.map(({ id, lines }) => mapsBlock(id, lines)), after])
    if (!page.write(part)) await once(page, 'drain');
  page.end();
  await once(page, 'finish');
  return { bytes: page.bytesWritten, levels: runs[0]?.run.levels ?? 0, beside, leftOut };
}

async function readPack({ run, maps }: PackFiles): Promise<PackedRun> {
  const read = async ({ path }: { readonly path: string }): Promise<unknown> =>
    JSON.parse(await readFile(path, 'utf8'));
  return { run: (await read(run)) as RunData, blocks: (await read(maps)) as PackedMaps['blocks'] };
}
