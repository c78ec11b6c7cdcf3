// Writes what pages in docs/ have from the program: `npm run docs`.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipelinePage } from './docs/pipeline-page.ts';
import { withResults } from './docs/results.ts';
import { follow, followSections } from './docs/session.ts';

writeFileSync('docs/pipeline.md', await pipelinePage());
writeFileSync('docs/results.md', await withResults('docs/results.md'));

/** A page with what its commands print today, and files that they make. */
function renew(page: string, following: typeof follow, kept: Readonly<Record<string, string>> = {}): void {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-docs-'));
  writeFileSync(page, following(readFileSync(page, 'utf8'), directory).page);
  for (const [path, to] of Object.entries(kept)) copyFileSync(join(directory, path), to);
  rmSync(directory, { recursive: true });
}

renew('docs/tutorial.md', follow, { 'growth/artifacts/plot/sizes.svg': 'docs/results/tutorial.svg' });
renew('docs/stages.md', followSections);
renew('docs/python.md', followSections);
renew('docs/coming-from.md', followSections);
