import { groupBy } from '../group.ts';
import { canonicalJson, isMapping, type JsonObject } from '../json.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { doubled, type MetricRow } from '../report/metrics.ts';
import type { ComparedRow, Comparison, Statistic } from '../report/experiment-table.ts';

/** An experiment, or the project as it is. */
export interface Subject {
  readonly name: string;
  readonly state: string;
  readonly params: JsonObject;
  readonly metrics: readonly MetricRow[];
  /** It is not one of many that differ by luck. */
  readonly alone: boolean;
}

/**
 * Experiments side by side: the parameters in which they differ, and their metrics, with those that differ only in seeds
 * on one row. `seeds`: names of parameters and axes that are one. Of a scan, the last segment counts.
 */
export function compared(
  subjects: readonly Subject[],
  { stages }: Pick<Manifest, 'stages'>,
  seeds: readonly string[],
): Comparison {
  const flat = subjects.map(({ params }) => new Map(leaves(params, '')));
  const differing = differingKeys(flat);
  const isSeed = (path: string) => seeds.includes(path.split('.').at(-1)!);
  const params = differing.filter((path) => !isSeed(path));
  const luck = differing.filter(isSeed);
  const scans = new Map(stages.map(({ name, scan }) => [name, scan?.name ?? null]));
  const named = namer(
    subjects.flatMap(({ metrics }) => metrics),
    scans,
    seeds,
  );
  const textAt = (index: number, paths: readonly string[]) =>
    JSON.stringify(paths.map((path) => flat[index]!.get(path) ?? null));
  const indices = subjects.map((_, index) => index);
  const groups = groupBy(indices, (index) => {
    const { alone, name } = subjects[index]!;
    return alone || luck.length === 0 ? `alone ${name}` : textAt(index, params);
  });
  const rows = [...groups.values()].flatMap((group) => {
    const bySeed = [...groupBy(group, (index) => textAt(index, luck)).values()];
    const most = Math.max(...bySeed.map((same) => same.length));
    // Two of the same seed are two rows.
    return Array.from({ length: most }, (_, turn) =>
      bySeed.flatMap((same) => (same[turn] === undefined ? [] : [same[turn]])),
    ).map((members) =>
      rowOf(
        members.map((index) => subjects[index]!),
        new Map(params.map((path) => [path, flat[members[0]!]!.get(path) ?? ''])),
        named,
        luck,
      ),
    );
  });
  const metrics = [...new Set(rows.flatMap((row) => [...row.metrics.keys()]))];
  return { params: params.map((path) => ({ path, name: shortest(path, params) })), metrics, rows };
}

function rowOf(
  members: readonly Subject[],
  params: ReadonlyMap<string, string>,
  named: Namer,
  luck: readonly string[],
): ComparedRow {
  const values = new Map<string, number[]>();
  for (const { metrics } of members) {
    for (const [name, value] of named(metrics)) values.set(name, [...(values.get(name) ?? []), value]);
  }
  const states = [...new Set(members.map(({ state }) => state))];
  return {
    name: commonName(
      members.map(({ name }) => name),
      luck,
    ),
    members: members.map(({ name }) => name),
    state: states.find((state) => state !== 'finished') ?? states[0]!,
    params,
    metrics: new Map([...values].map(([name, all]) => [name, statisticOf(all)])),
  };
}

/** The sample's standard deviation, as n − 1 goes into it; null of one value. */
function statisticOf(values: readonly number[]): Statistic {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: n === 1 ? null : Math.sqrt(squares / (n - 1)), n, values };
}

/** What names have in common once the seeds are taken out of them; else the first, and how many more. */
function commonName(names: readonly string[], luck: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  const tails = luck.map((path) => path.split('.').at(-1)!);
  const without = names.map((name) =>
    name
      .split(/(?<=@)|,/)
      .filter((part) => !tails.some((tail) => part.startsWith(`${tail}=`)))
      .join(',')
      .replaceAll('@,', '@')
      .replace(/@$/, ''),
  );
  const [first] = without;
  if (first !== '' && without.every((name) => name === first)) return first!;
  return first === '' && without.every((name) => name === '')
    ? names[0]!.replace(/=.*/, '=*')
    : `${names[0]!} and ${names.length - 1} more`;
}

function leaves(value: JsonObject, above: string): [string, string][] {
  return Object.entries(value).flatMap(([key, held]): [string, string][] => {
    const path = above === '' ? key : `${above}.${key}`;
    if (isMapping(held) && Object.keys(held).length > 0) return leaves(held, path);
    return [[path, typeof held === 'string' ? held : canonicalJson(held)]];
  });
}

function differingKeys(all: readonly ReadonlyMap<string, string>[]): string[] {
  const keys = new Set(all.flatMap((each) => [...each.keys()]));
  return [...keys].filter((key) => all.some((each) => each.get(key) !== all[0]!.get(key)));
}

/** The end of a path that no other has. */
function shortest(path: string, all: readonly string[]): string {
  const tail = path.split('.').at(-1)!;
  return all.filter((each) => each.split('.').at(-1) === tail).length === 1 ? tail : path;
}

type Namer = (rows: readonly MetricRow[]) => readonly [name: string, value: number][];

/** Names metrics so that no two things have the same: with the stage, and with axes, where these tell them apart. */
function namer(
  all: readonly MetricRow[],
  scans: ReadonlyMap<string, string | null>,
  seeds: readonly string[],
): Namer {
  const last = lastOnly(scans);
  const stagesOf = new Map<string, Set<string>>();
  const axes = new Map<string, Map<string, Set<string>>>();
  const twice = new Map(
    [...groupBy(all, ({ stage }) => stage)].map(([stage, rows]) => [stage, doubled(rows)]),
  );
  const plain = ({ stage, source }: MetricRow, metric: string) =>
    twice.get(stage)!.has(metric) ? `${source}.${metric}` : metric;
  for (const row of all) {
    for (const metric of row.values.keys()) {
      const name = plain(row, metric);
      stagesOf.set(name, (stagesOf.get(name) ?? new Set()).add(row.stage));
    }
    const ofStage = axes.get(row.stage) ?? new Map<string, Set<string>>();
    axes.set(row.stage, ofStage);
    for (const [axis, value] of Object.entries(row.point))
      ofStage.set(axis, (ofStage.get(axis) ?? new Set()).add(String(value)));
  }
  return (rows) =>
    last(rows).flatMap((row) => {
      const telling = Object.entries(row.point).filter(
        ([axis]) =>
          !seeds.includes(axis) &&
          axis !== scans.get(row.stage) &&
          (axes.get(row.stage)?.get(axis)?.size ?? 0) > 1,
      );
      const at =
        telling.length === 0 ? '' : `{${telling.map(([axis, value]) => `${axis}=${value}`).join(',')}}`;
      return [...row.values].map(([metric, value]): [string, number] => {
        const name = plain(row, metric);
        const stage = stagesOf.get(name)!.size > 1 ? `${row.stage}.` : '';
        return [`${stage}${name}${at}`, value];
      });
    });
}

/** Of a chain the rows of its last segment that is there. */
function lastOnly(scans: ReadonlyMap<string, string | null>) {
  return (rows: readonly MetricRow[]): readonly MetricRow[] => {
    const chains = groupBy(rows, (row) => {
      const scan = scans.get(row.stage) ?? null;
      if (scan === null) return `${row.task} ${row.source}`;
      const others = Object.entries(row.point).filter(([axis]) => axis !== scan);
      return JSON.stringify([row.stage, row.source, others]);
    });
    return [...chains.values()].map((chain) => chain.at(-1)!);
  };
}
