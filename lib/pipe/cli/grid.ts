import { digestOf } from '../digest.ts';
import { isMapping, type Json, type JsonObject } from '../json.ts';
import { readYaml } from '../manifest/document.ts';
import { didYouMean, listed } from '../manifest/suggest.ts';
import { rangeIn, samplerIn, type Sampler } from './grid-values.ts';

/** What `--grid key=values` says. */
export interface GridKey {
  /** The parameter's dotted path. */
  readonly path: string;
  /** What names of experiments call it. */
  readonly short: string;
  readonly values: readonly string[] | Sampler;
  /** Runs that differ in it only are the same but for luck. */
  readonly seed: boolean;
}

export type Grid =
  | { readonly ok: true; readonly keys: readonly GridKey[] }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** An experiment of a sweep: its name, and what is set for it. */
export interface Point {
  readonly name: string;
  readonly set: readonly string[];
}

/** Names of parameters over whose values means are taken. */
export const SEEDS = ['seed', 'seeds'];

export function readGrid(texts: readonly string[], params: JsonObject, random: boolean): Grid {
  const keys: Omit<GridKey, 'short'>[] = [];
  for (const text of texts) {
    const [, written, values] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (written === undefined || values === undefined)
      return no(`\`--grid ${text}\` says no values`, 'as in `--grid learningRate=0.1,0.05`');
    const paths = pathsCalled(params, written.trim());
    const [path] = paths;
    if (path === undefined) {
      const known = leavesOf(params, []).map((leaf) => leaf.join('.'));
      const tails = known.flatMap((name) => [name, name.split('.').at(-1)!]);
      return no(
        `there is no parameter \`${written}\``,
        didYouMean(written, tails) ?? `there are ${listed(known)}`,
      );
    }
    if (paths.length > 1)
      return no(`\`${written}\` may be ${listed(paths)}`, 'say which: give more of its path');
    if (keys.some((key) => key.path === path))
      return no(`\`${path}\` is given twice`, 'give all its values in one `--grid`');
    const read = readValues(values);
    if (read === null || (typeof read !== 'function' && read.length === 0))
      return no(`\`${values}\` is no list of values`, 'as in 0.1,0.05 or 0..4 or 0..1..0.25');
    if (typeof read === 'function' && !random)
      return no(`\`${values}\` has no end`, 'how many are drawn from it is `--random N`');
    const twice =
      typeof read === 'function' ? undefined : read.find((value, index) => read.indexOf(value) < index);
    if (twice !== undefined) return no(`\`${twice}\` is given twice for \`${path}\``, 'once is enough');
    keys.push({ path, values: read, seed: SEEDS.includes(path.split('.').at(-1)!) });
  }
  const tails = keys.map(({ path }) => path.split('.').at(-1)!);
  const short = (index: number) =>
    tails.filter((tail) => tail === tails[index]).length === 1 ? tails[index]! : keys[index]!.path;
  return { ok: true, keys: keys.map((key, index) => ({ ...key, short: short(index) })) };
}

function no(message: string, hint: string): Grid {
  return { ok: false, message, hint };
}

/** The parameters that a path or the end of one names. */
function pathsCalled(params: JsonObject, written: string): string[] {
  const wanted = written.replace(/^params\./, '').split('.');
  const all = leavesOf(params, []);
  const whole = wanted.join('.');
  const exact = all.filter((leaf) => leaf.join('.') === whole);
  const ends = all.filter((leaf) => leaf.slice(-wanted.length).join('.') === whole);
  return (exact.length > 0 ? exact : ends).map((leaf) => leaf.join('.'));
}

/** Every parameter, those that are mappings included. */
function leavesOf(holder: JsonObject, above: readonly string[]): (readonly string[])[] {
  return Object.entries(holder).flatMap(([key, value]): (readonly string[])[] => {
    const here = [...above, key];
    return isMapping(value) ? [here, ...leavesOf(value, here)] : [here];
  });
}

function readValues(text: string): readonly string[] | Sampler | null {
  const sampler = samplerIn(text);
  if (sampler !== null) return sampler;
  const yaml = readYaml(`[${text}]`, '--grid');
  if (yaml.diagnostics.length > 0 || !Array.isArray(yaml.value)) return null;
  const values = (yaml.value as readonly Json[]).map((value) => {
    const range = typeof value === 'string' ? rangeIn(value) : null;
    return range ?? [typeof value === 'string' && isPlain(value) ? value : JSON.stringify(value)];
  });
  return values.flat();
}

/** A text that YAML reads as itself. */
function isPlain(text: string): boolean {
  const { value, diagnostics } = readYaml(text, '--grid');
  return diagnostics.length === 0 && value === text;
}

/** Every combination; the last key changes first. */
export function combinations(keys: readonly GridKey[]): readonly string[][] {
  return keys.reduce<string[][]>(
    (all, { values }) =>
      typeof values === 'function' ? all : all.flatMap((before) => values.map((value) => [...before, value])),
    [[]],
  );
}

/**
 * Combinations drawn at random, each with every seed. What is drawn depends on `seed` and on the place in the list, so
 * that the same sweep can go on later and more of it be asked for.
 */
export function drawn(keys: readonly GridKey[], count: number, seed: number): readonly string[][] {
  const rest = keys.filter((key) => !key.seed || typeof key.values === 'function');
  const seeds = keys.filter((key) => key.seed && typeof key.values !== 'function');
  const chosen = new Map<string, readonly string[]>();
  // As many tries as find the last of a small grid, too.
  const tries = 20 * count + 1000;
  for (let index = 0; index < tries && chosen.size < count; index++) {
    const values = rest.map(({ path, values: of }) => {
      const share = fraction(`${seed} ${index} ${path}`);
      return typeof of === 'function' ? of(share) : of[Math.floor(share * of.length)]!;
    });
    chosen.set(JSON.stringify(values), values);
  }
  return [...chosen.values()].flatMap((values) =>
    combinations(seeds).map((luck) =>
      keys.map((key) => (rest.includes(key) ? values[rest.indexOf(key)]! : luck[seeds.indexOf(key)]!)),
    ),
  );
}

/** From 0 up to 1, the same for the same text. */
function fraction(text: string): number {
  return parseInt(digestOf(text).slice('sha256:'.length, 'sha256:'.length + 12), 16) / 2 ** 48;
}

export function pointOf(keys: readonly GridKey[], values: readonly string[], prefix: string): Point {
  const parts = keys.map(({ short }, index) => `${short}=${nameText(values[index]!)}`);
  const name = `${prefix === '' ? '' : `${prefix}@`}${parts.join(',')}`;
  return {
    name:
      Buffer.byteLength(name) <= LONGEST ? name : `${name.slice(0, READABLE)}-${digestOf(name).slice(-10)}`,
    set: keys.map(({ path }, index) => `${path}=${values[index]!}`),
  };
}

/** Bytes of a name that file systems and people can hold, and its beginning where it has more. */
const LONGEST = 150;
const READABLE = 60;

/** A value as it can stand in a name; told apart by a digest where it cannot. */
function nameText(value: string): string {
  if (/^[\p{L}\p{N}_.+~%-]+$/u.test(value)) return value;
  const letters = value.replace(/[^\p{L}\p{N}_.+~%-]+/gu, '_').slice(0, 24);
  return `${letters}-${digestOf(value).slice(-6)}`;
}
