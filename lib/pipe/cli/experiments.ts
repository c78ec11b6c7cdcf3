import { listed, nearest } from '../manifest/suggest.ts';
import {
  experimentsIn,
  holdsStrangers,
  isExperimentName,
  readExperiment,
  type ExperimentRecord,
} from '../store/experiments.ts';
import { mistake, type Context } from './context.ts';
import type { ConfigurationOptions } from './options.ts';

/** The project as it is, in tables of experiments. */
export const WORKSPACE = 'workspace';

/**
 * The configuration that `--as` asks for: that of the experiment, or, where one may be made, a new one. Null after
 * saying why there is none. Options without `--as` stay as they are.
 */
export function namedExperiment(
  context: Context,
  directory: string,
  options: ConfigurationOptions,
  makes: boolean,
): ConfigurationOptions | null {
  const { as: name, set, profile } = options;
  if (name === undefined) return options;
  if (!nameFits(context, directory, name)) return null;
  const record = readExperiment(directory, name);
  if (record === null) return makes ? options : unknownExperiment(context, directory, name);
  if (profile !== undefined && profile !== record.profile) {
    mistake(context, `\`${name}\` is an experiment with the profile ${record.profile}`, elsewhere(name));
    return null;
  }
  if (makes && set.length > 0 && !sameSet(set, record.set)) {
    const has = record.set.length === 0 ? 'nothing set' : record.set.join(' and ');
    mistake(context, `there is an experiment \`${name}\`, with ${has}`, elsewhere(name));
    return null;
  }
  return { ...configurationOf(name, record), set: makes ? record.set : [...record.set, ...set] };
}

export function configurationOf(name: string, { profile, set }: ExperimentRecord): ConfigurationOptions {
  return { ...(profile !== 'default' && { profile }), set, as: name };
}

function elsewhere(name: string): string {
  return `give another name, or take it away first: pipe experiment remove ${name}`;
}

/** The order of values that are set does not matter, unless one is set twice. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const sorted = (set: readonly string[]) => JSON.stringify(set.map(withoutPrefix).sort());
  return sorted(a) === sorted(b);
}

function withoutPrefix(argument: string): string {
  return argument.replace(/^params\./, '');
}

/** Whether an experiment can have a name; false after saying why not. */
export function nameFits(context: Context, directory: string, name: string): boolean {
  if (!isExperimentName(name) || name === WORKSPACE) {
    const hint = 'a name is a letter or digit, then letters, digits or any of - _ . + ~ % @ = ,';
    const why = name === WORKSPACE ? 'that is the project itself' : hint;
    mistake(context, `\`${name}\` cannot name an experiment`, why);
    return false;
  }
  if (!holdsStrangers(directory, name)) return true;
  const hint = 'give another name, or move it away';
  mistake(context, `experiments/${name} is there and no experiment of pipe's`, hint);
  return false;
}

export function unknownExperiment(context: Context, directory: string, name: string): null {
  const names = experimentsIn(directory).map((each) => each.name);
  const near = nearest(name, names);
  const hint =
    near !== undefined
      ? `did you mean \`${near}\`?`
      : names.length === 0
        ? 'there are none: `pipe run --as NAME --set PATH=VALUE` makes one'
        : `there are ${listed(names)}`;
  mistake(context, `there is no experiment \`${name}\``, hint);
  return null;
}
