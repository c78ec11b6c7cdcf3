import { dirname, sep } from 'node:path';
import type { Task } from '../graph/graph.ts';
import type { Stage } from '../manifest/manifest.ts';
import { realpathSync } from '../store/disk.ts';
import type { FileDigests } from './file-digests.ts';
import type { StageIssue } from './issue.ts';

/**
 * What symbolic links make of the declarations of tasks that are to run: a module or a working directory
 * that is not in the project after all, outputs that would land among sources or elsewhere.
 */
export function linkIssues(project: string, tasks: Iterable<Task>, digests: FileDigests): StageIssue[] {
  const issues = new Map<string, StageIssue>();
  const stages = new Set<Stage>();
  const linked = new Map<string, string | null>();
  for (const { stage, outputs } of tasks) {
    stages.add(stage);
    for (const { name, path } of outputs) {
      const link = firstLink(dirname(path), digests, linked);
      if (link === null) continue;
      const message = `${link} is a symbolic link, and outputs are not written through one; remove it`;
      issues.set(`${stage.name} ${name}`, { stage: stage.name, path: ['outputs', name], message });
    }
  }
  return [...[...stages].flatMap((stage) => workIssues(project, stage)), ...issues.values()];
}

function workIssues(project: string, { name, work }: Stage): StageIssue[] {
  const [key, path] = work.kind === 'use' ? ['use', work.module] : ['cwd', work.cwd];
  let real;
  try {
    real = realpathSync(`${project}/${path}`);
  } catch {
    // That it is missing is said where it is used.
    return [];
  }
  if (real === project || real.startsWith(project + sep)) return [];
  return [{ stage: name, path: [key], message: `${path} leads out of the project through a symbolic link` }];
}

/** The outermost part of a project-relative path that is a link; null when none is. */
function firstLink(path: string, digests: FileDigests, known: Map<string, string | null>): string | null {
  if (path === '.') return null;
  let found = known.get(path);
  if (found === undefined) {
    found = firstLink(dirname(path), digests, known) ?? (digests.look(path).linked ? path : null);
    known.set(path, found);
  }
  return found;
}
