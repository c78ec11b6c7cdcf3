import { readFileSync } from 'node:fs';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import { openProject } from '../../../lib/pipe/run/open.ts';

/** A run of the project in the current directory, as a process that can be killed. */
const pipeline = loadPipeline(readFileSync('pipeline.yaml', 'utf8'), { file: 'pipeline.yaml' });
if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.diagnostics));
const { manifest, graph } = pipeline;
const project = openProject('.');
const summary = await project.run(manifest, graph, {
  selection: new Set(graph.tasks.keys()),
  force: new Set(),
  jobs: 2,
  keepGoing: false,
  signal: new AbortController().signal,
  listener: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
await project.close();
process.exitCode = summary.type === 'finished' && summary.failed === 0 ? 0 : 1;
