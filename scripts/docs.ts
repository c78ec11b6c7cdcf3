// Writes the parts of pages in docs/ that are made from the program: `npm run docs`.
import { writeFileSync } from 'node:fs';
import { pipelinePage } from './docs/pipeline-page.ts';

writeFileSync('docs/pipeline.md', await pipelinePage());
