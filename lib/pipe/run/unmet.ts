import {
  capacityOf,
  lacks,
  visibleDevices,
  type Capacity,
  type Lack,
  type StatedCapacity,
} from '../execute/capacity.ts';
import type { StageIssue } from '../files/issue.ts';
import type { Graph } from '../graph/graph.ts';
import type { Manifest, Stage } from '../manifest/manifest.ts';
import type { PlannedTask } from '../plan/plan.ts';
import type { Engine } from './engine.ts';

export function capacityFor(
  { environment }: Pick<Engine, 'environment'>,
  { resources }: Pick<Manifest, 'resources'>,
  stated: StatedCapacity = {},
): Capacity {
  return capacityOf(stated, resources, environment);
}

/** Stages with a task that may run and asks for more than there ever is; one that need not run asks for nothing. */
export function unmet(
  graph: Graph,
  plans: ReadonlyMap<number, PlannedTask>,
  capacity: Capacity,
  engine: Pick<Engine, 'environment'>,
): readonly StageIssue[] {
  const stages = new Set(
    [...plans]
      .filter(([, { plan }]) => plan.state === 'stale' || plan.state === 'unknown')
      .map(([index]) => graph.tasks[index]!.stage),
  );
  return unmetBy(stages, capacity, engine);
}

/** The same of stages whose tasks run whatever was planned. */
export function unmetBy(
  stages: ReadonlySet<Stage>,
  capacity: Capacity,
  { environment }: Pick<Engine, 'environment'>,
): readonly StageIssue[] {
  const hidden = visibleDevices(environment) !== null;
  return [...stages].flatMap(({ name, resources }) =>
    lacks(resources, capacity).map((lack) => ({
      stage: name,
      path: ['resources', lack.resource],
      ...told(name, lack, hidden),
    })),
  );
}

function told(stage: string, { resource, asked, has }: Lack, hidden: boolean) {
  const amount = (count: number) => (resource === 'memory' ? bytesText(count) : String(count));
  const what =
    resource === 'gpus'
      ? ` GPU${asked === 1 ? '' : 's'}`
      : resource === 'memory'
        ? ' of memory'
        : ` of \`${resource}\``;
  const there = `there ${resource === 'memory' || has === 1 ? 'is' : 'are'} ${has === 0 ? 'none' : amount(has)}`;
  return {
    message: `a task of \`${stage}\` asks for ${amount(asked)}${what}, and ${there}: it could never start`,
    hint: hintOf(resource, asked, hidden),
  };
}

function hintOf(resource: string, asked: number, hidden: boolean): string {
  if (resource === 'gpus') {
    return hidden
      ? '`CUDA_VISIBLE_DEVICES` and `--gpus` say which there are'
      : `\`--gpus ${asked}\` says that there are as many`;
  }
  if (resource === 'memory') return `\`--memory ${bytesText(asked)}\` says that there is as much`;
  return `\`--resource ${resource}=${asked}\`, or \`resources\` at the top of the file, says how many there are`;
}

function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))}${units[power]!}`;
}
