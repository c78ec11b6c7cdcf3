import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPipeline } from '../../lib/pipe/graph/load.ts';
import { selectTasks } from '../../lib/pipe/graph/select.ts';

const page = readFileSync('README.md', 'utf8');

function graph() {
  const loaded = loadPipeline(readFileSync('pipeline.yaml', 'utf8'), { file: 'pipeline.yaml' });
  if (!loaded.ok) throw new Error('the pipeline of this project does not load');
  return loaded.graph;
}

test('README.md names tasks that the study has', () => {
  const patterns = [...page.matchAll(/'(\w+@[\w=.,-]+)'/g)].map(([, pattern]) => pattern!);
  expect(patterns.length).toBeGreaterThan(1);
  const selected = selectTasks(graph(), patterns, { upstream: false, downstream: false });
  expect(selected.ok ? [] : selected.diagnostics).toEqual([]);
});

test('README.md names artifacts that the study makes', () => {
  const outputs = graph().tasks.flatMap((task) => task.outputs.map(({ path }) => path));
  const named = [...page.matchAll(/\bartifacts\/[\w=./-]*[\w/]/g)].map(([path]) => path.replace(/\/$/, ''));
  const unknown = named.filter(
    // One itself, a directory above some, or a file in one that is a directory.
    (path) => !outputs.some((output) => `${output}/`.startsWith(`${path}/`) || path.startsWith(`${output}/`)),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(unknown.filter((path) => path !== 'artifacts')).toEqual([]);
});
