import { join } from 'node:path';
import { decodeAction, type Action } from '../plan/action.ts';
import { reasonsBetween } from '../plan/compare.ts';
import type { InputName } from '../plan/input-reason.ts';
import { sameOutputs } from '../plan/record.ts';
import { groupBy } from '../report/group.ts';
import { count } from '../report/quantity.ts';
import { reasonKind, stageOf } from '../report/reason.ts';
import { columnsOf, padded } from '../report/width.ts';
import { lockName } from '../store/layout.ts';
import { Lock } from '../store/lock.ts';
import { configure, type Configured } from './configuration.ts';
import { EXIT, mistake, type Context } from './context.ts';
import type { ConfigurationOptions } from './options.ts';
import { fileAt, lockOf } from './revision.ts';

/** `pipe diff`: what was built from what, in a git revision and now. */
export function diff(
  context: Context,
  revision: string | undefined,
  options: ConfigurationOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return Promise.resolve(EXIT.mistake);
  const { directory, manifest } = configured;
  const rev = revision ?? 'HEAD';
  const name = lockName(manifest.profile);
  const text = fileAt(directory, rev, name);
  if ('error' in text) {
    return Promise.resolve(mistake(context, `there is no ${name} in ${rev}: ${text.error}`));
  }
  const before = lockOf(text.content, manifest.profile);
  const after = new Lock(join(directory, name), manifest.profile);
  for (const line of differences(configured, before, after)) context.out(`${line}\n`);
  return Promise.resolve(EXIT.ok);
}

function differences(configured: Configured, before: Lock, after: Lock): string[] {
  const ids = [...new Set([...before.ids(), ...after.ids()])];
  const changes = ids.flatMap((id) => {
    const texts = changesOf(configured, id, before, after);
    return texts.length === 0 ? [] : [{ stage: stageOf(id), text: texts.join('; ') }];
  });
  if (changes.length === 0) return [`no difference in ${count(ids.length, 'task')}`];
  const stages = groupBy(changes, ({ stage }) => stage);
  const order = configured.manifest.stages.map(({ name }) => name);
  const names = [...stages.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const width = Math.max(...names.map(columnsOf));
  return names.flatMap((name) =>
    [...groupBy(stages.get(name)!, ({ text }) => text)].map(
      ([text, group]) => `${padded(name, width)}  ${count(group.length, 'task')}: ${text}`,
    ),
  );
}

/** What differs for one task: what it was built from, and whether that changed what came out. */
function changesOf(configured: Configured, id: string, before: Lock, after: Lock): string[] {
  const [old, now] = [before.get(id), after.get(id)];
  if (old === null) return now === null ? [] : ['added'];
  if (now === null) return ['removed'];
  if (old.fingerprint === now.fingerprint && sameOutputs(old.outputs, now.outputs)) return [];
  const [was, is] = [decodeAction(old.action), decodeAction(now.action)];
  const reasons =
    was === null || is === null
      ? []
      : reasonsBetween(was, is, {
          changedSources: () => [],
          inputs: (input, position) => nameOf(configured, id, is, input, position),
        });
  const kinds = [...new Set(reasons.map(reasonKind))];
  const outcome = sameOutputs(old.outputs, now.outputs) ? 'same outputs' : 'other outputs';
  return [...kinds, outcome];
}

function nameOf({ graph }: Configured, id: string, is: Action, input: string, position: number): InputName {
  const sources = graph.byId.get(id)?.inputs.find(({ name }) => name === input)?.sources ?? [];
  const source = sources[position];
  if (source?.kind === 'output') {
    const maker = graph.tasks[source.task]!;
    return { path: maker.outputs[source.output]!.path, task: maker.id };
  }
  return { path: is.task.inputs[input]?.[position]?.[0] ?? input, task: null };
}
