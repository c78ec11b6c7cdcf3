import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Digest } from '../digest.ts';
import { metricCsv } from '../report/metrics.ts';
import { count } from '../report/quantity.ts';
import { openEngine } from '../run/session.ts';
import type { BlobStore } from '../store/blobs.ts';
import { experimentPath, type Experiment } from '../store/experiments.ts';
import { openLock } from '../store/lock.ts';
import { configureIn } from './configuration.ts';
import { EXIT, mistake, type Context } from './context.ts';
import { configurationOf } from './experiments.ts';
import { taskMetrics } from './view/task-metrics.ts';

/** Everything of an experiment in a directory, to be handed on: what it is, its lock, its numbers and its outputs. */
export async function exportExperiment(
  context: Context,
  project: string,
  { name, record }: Experiment,
  to: string,
): Promise<number> {
  const target = resolve(context.directory, to);
  if (existsSync(target) && readdirSync(target).length > 0)
    return mistake(context, `${to} is there already`, 'name a directory that is not, or an empty one');
  const configured = configureIn(context, project, configurationOf(name, record));
  if (configured === null) return EXIT.mistake;
  const { manifest, graph } = configured;
  const { blobs } = openEngine(project);
  const lock = openLock(project, manifest.profile, name);
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(experimentPath(project, name)))
    cpSync(join(experimentPath(project, name), file), join(target, file), { recursive: true });
  writeFileSync(join(target, 'params.json'), `${JSON.stringify(record.params, null, 2)}\n`);
  const { rows } = await taskMetrics(graph.tasks, lock, blobs);
  writeFileSync(join(target, 'metrics.csv'), `${metricCsv(rows).join('\n')}\n`);
  let [copied, lost] = [0, 0];
  for (const task of graph.tasks) {
    const outputs = lock.get(task.id)?.outputs ?? {};
    for (const output of task.outputs) {
      const digest = outputs[output.name];
      if (digest === undefined) continue;
      const place = join(target, 'artifacts', output.path.slice(manifest.artifacts.length + 1));
      if (!blobs.holds(output, digest)) lost += 1;
      else {
        await copy(blobs, output.directory, digest, place);
        copied += 1;
      }
    }
  }
  context.out(`exported ${name} to ${to}: ${count(copied, 'output')}\n`);
  if (lost === 0) return EXIT.ok;
  context.err(
    `note: the store does not have ${count(lost, 'output')}; pipe run --as ${name} makes them again\n`,
  );
  return EXIT.failed;
}

async function copy(blobs: BlobStore, directory: boolean, digest: Digest, place: string): Promise<void> {
  const members = directory ? (blobs.tree(digest) ?? []) : [{ path: '', digest }];
  for (const member of members) {
    const path = join(place, member.path);
    mkdirSync(member.path.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!member.path.endsWith('/')) await blobs.copyOut(member.digest, path);
  }
}
