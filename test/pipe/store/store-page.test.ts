import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { StageAction, TaskAction } from '../../../lib/pipe/plan/action.ts';
import { filesBelow } from '../../../lib/pipe/store/tree.ts';
import { smallStudy, TestProject } from '../run/project.ts';

const page = readFileSync('docs/store.md', 'utf8');

// Each list is held complete by its type.
const stage: Record<keyof StageAction, true> = {
  version: true,
  work: true,
  params: true,
  outputs: true,
  env: true,
  toolchain: true,
  packages: true,
};
const task: Record<keyof TaskAction, true> = { point: true, previous: true, inputs: true };

test('the page on the store explains every field of the fingerprint, and no other', () => {
  const rows = [...page.matchAll(/^\| (stage|task) +\| `(\w+)`/gm)].map(
    ([, half, field]) => `${half!} ${field!}`,
  );
  expect(rows).toEqual([
    ...Object.keys(stage).map((field) => `stage ${field}`),
    ...Object.keys(task).map((field) => `task ${field}`),
  ]);
});

/** The places that the page names, as patterns of paths below a project. */
const places = [
  /^cache\/store\/sha256\/[0-9a-f]{2}\/[0-9a-f]{62}$/,
  /^cache\/actions\/[0-9a-f]{2}\/[0-9a-f]{62}$/,
  /^cache\/users\/[0-9a-f]{16}\.json$/,
  /^cache\/local\/(?:files|blobs)\.stat$/,
  /^cache\/local\/code\/(?:[0-9a-f]{64}\.(?:mjs|mjs\.map|json)|index\.json)$/,
  /^cache\/local\/(?:checks|noted|placed\.default)\.json$/,
  /^cache\/local\/runs\/[^/]+-\d+\/(?:events\.ndjson|pipe\.lock\.gz|params\.json|[^/]+\.log)$/,
];

test('a run leaves nothing in the cache that the page does not name, and some of each', async () => {
  const project = new TestProject(smallStudy);
  await project.run();
  const guest = new TestProject(smallStudy, { cacheDirectory: project.path('cache') });
  await guest.run();
  const files = filesBelow(project.directory).filter((path) => path.startsWith('cache/'));
  expect(files.filter((path) => !places.some((place) => place.test(path)))).toEqual([]);
  expect(places.filter((place) => !files.some((path) => place.test(path)))).toEqual([]);
  expect(filesBelow(guest.directory).filter((path) => /^cache\/(?!local)/.test(path))).toEqual([]);
});
