import { join } from 'node:path';
import { readFileSync } from '../../store/disk.ts';
import { canonicalJson } from '../../json.ts';
import { count } from '../../report/quantity.ts';
import { table } from '../../report/table.ts';
import { localTime } from '../../report/why.ts';
import { openEngine } from '../../run/session.ts';
import { writeAtomically } from '../../store/atomic.ts';
import {
  experimentsIn,
  removeExperiment,
  renameExperiment,
  type Experiment,
} from '../../store/experiments.ts';
import { MANIFEST_FILE, runLockPath } from '../../store/layout.ts';
import { openLock } from '../../store/lock.ts';
import { holderOf } from '../../store/project-lock.ts';
import { restoreOutputs } from '../../upkeep/restore.ts';
import { configureIn, type Configured } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import type { ACTIONS } from '../experiment-actions.ts';
import { configurationOf, nameFits, unknownExperiment } from '../experiments.ts';
import { exportExperiment } from '../export-experiment.ts';
import { interruption } from '../interrupt.ts';
import { findProject } from '../locate.ts';
import { refuseHeld } from '../refusal.ts';
import { writtenValues } from '../write-values.ts';

interface ExperimentOptions {
  readonly json?: true;
}

/** `pipe experiment`: what there is, and what becomes of it. */
export async function experiment(
  context: Context,
  action: (typeof ACTIONS)[number],
  names: readonly string[],
  options: ExperimentOptions,
): Promise<number> {
  const directory = findProject(context);
  if (directory === null) return EXIT.mistake;
  const all = experimentsIn(directory);
  if (action === 'list') return list(context, all, options);
  const holder = holderOf(runLockPath(directory));
  if (holder !== null && action !== 'export')
    return mistake(context, `a run goes on here (process ${holder.pid})`, 'wait until it has ended');
  if (action === 'remove') return remove(context, directory, all, names);
  const [name, to, ...rest] = names;
  const takes = action === 'apply' ? 1 : 2;
  if (name === undefined || rest.length > 0 || names.length !== takes) {
    return mistake(context, `\`pipe experiment ${action}\` takes ${USES[action]}`);
  }
  const found = all.find((each) => each.name === name);
  if (found === undefined) {
    unknownExperiment(context, directory, name);
    return EXIT.mistake;
  }
  if (action === 'apply') return await apply(context, directory, found);
  if (action === 'export') return await exportExperiment(context, directory, found, to!);
  if (!nameFits(context, directory, to!)) return EXIT.mistake;
  if (all.some((each) => each.name === to))
    return mistake(context, `there is an experiment \`${to!}\` already`);
  renameExperiment(directory, name, to!);
  return EXIT.ok;
}

const USES = {
  apply: 'the name of an experiment',
  rename: 'the name of an experiment and a new one',
  export: 'the name of an experiment and a directory',
};

function list(context: Context, all: readonly Experiment[], { json }: ExperimentOptions): number {
  if (json === true) {
    context.out(`${JSON.stringify(all.map(({ name, record }) => ({ experiment: name, ...record })))}\n`);
    return EXIT.ok;
  }
  if (all.length === 0) {
    context.out('no experiments yet: pipe run --as NAME --set PATH=VALUE, or pipe sweep\n');
    return EXIT.ok;
  }
  const rows = all
    .toSorted((a, b) => (a.record.created < b.record.created ? 1 : -1))
    .map(({ name, record: { state, created, set, profile } }) => [
      name,
      localTime(Date.parse(created)),
      state,
      [...(profile === 'default' ? [] : [`--profile ${profile}`]), ...set].join(' '),
    ]);
  for (const line of table([['experiment', 'made', 'state', 'set'], ...rows])) context.out(`${line}\n`);
  return EXIT.ok;
}

function remove(
  context: Context,
  directory: string,
  all: readonly Experiment[],
  patterns: readonly string[],
): number {
  if (patterns.length === 0) {
    return mistake(context, 'which ones?', "pipe experiment remove lr-0.05, or 'width@*'");
  }
  const gone = new Set<string>();
  for (const pattern of patterns) {
    const begin = pattern.endsWith('*') ? pattern.slice(0, -1) : null;
    const matches = all.filter(({ name }) => (begin === null ? name === pattern : name.startsWith(begin)));
    if (matches.length === 0) {
      unknownExperiment(context, directory, pattern);
      return EXIT.mistake;
    }
    for (const { name } of matches) gone.add(name);
  }
  for (const name of gone) removeExperiment(directory, name);
  context.out(`removed ${count(gone.size, 'experiment')}; \`pipe gc\` frees what nothing else needs\n`);
  return EXIT.ok;
}

/** Makes an experiment the project itself: its values in `pipeline.yaml`, its artifacts and its lock. */
async function apply(context: Context, directory: string, found: Experiment): Promise<number> {
  const { name, record } = found;
  const asked = configurationOf(name, record);
  const experimental = configureIn(context, directory, asked);
  if (experimental === null) return EXIT.mistake;
  const text = (path: string) => ({ path, text: readFileSync(join(directory, path), 'utf8') });
  const { paramsFile, included } = experimental.manifest;
  const top = { path: MANIFEST_FILE, params: paramsFile, prefix: [] };
  const files = [top, ...included].map(({ path, params, prefix }) => {
    return { manifest: text(path), params: params === null ? null : text(params), prefix };
  });
  const values = writtenValues(files, record);
  if (!values.ok) {
    const hint = `write ${values.argument.replace('=', ': ')} into the file yourself, then \`pipe run\` restores the rest`;
    const message = `${values.argument} cannot be written into ${values.path}: ${values.why}`;
    return mistake(context, message, hint);
  }
  const before = values.files.map(({ path }) => text(path));
  for (const file of values.files) writeAtomically(join(directory, file.path), file.text, true);
  const { profile } = asked;
  const configured = configureIn(context, directory, { ...(profile !== undefined && { profile }), set: [] });
  if (configured === null || !sameParams(configured, experimental)) {
    for (const file of before) writeAtomically(join(directory, file.path), file.text, true);
    return mistake(context, `the values of \`${name}\` cannot be written into ${MANIFEST_FILE}`);
  }
  const written = values.files.filter(({ text }, index) => text !== before[index]!.text);
  return await restored(context, configured, {
    name,
    set: record.set,
    written: written.map(({ path }) => path),
  });
}

function sameParams(a: Configured, b: Configured): boolean {
  return canonicalJson(a.manifest.params) === canonicalJson(b.manifest.params);
}

interface Applied {
  readonly name: string;
  readonly set: readonly string[];
  /** Files that have these values since. */
  readonly written: readonly string[];
}

async function restored(
  context: Context,
  configured: Configured,
  { name, set, written }: Applied,
): Promise<number> {
  const { directory, manifest, graph } = configured;
  const engine = openEngine(directory);
  const lock = openLock(directory, manifest.profile, name);
  const interrupted = interruption(context, () => undefined);
  try {
    const restoration = await restoreOutputs(
      engine,
      { manifest, graph, lock },
      { signal: interrupted.signal, waiting: () => undefined },
    );
    if (restoration.type === 'locked') return refuseHeld(context, restoration);
    if (restoration.type === 'finished') {
      const { restored: brought, inPlace, lost } = restoration;
      context.out(`applied ${name}: ${count(brought, 'output')} restored, ${inPlace} in place already\n`);
      if (written.length > 0) context.out(`${written.join(', ')} now has ${set.join(', ')}\n`);
      if (lost.length > 0)
        context.out(`${count(lost.length, 'output')} the store does not have: \`pipe run\` makes them\n`);
    }
    return interrupted.status() ?? EXIT.ok;
  } finally {
    interrupted.dispose();
  }
}
