import type { JsonObject, Point } from '../json.ts';
import { withEntries } from '../manifest/axis-entries.ts';
import { axesAsked, holds, isOneOf } from '../manifest/condition.ts';
import type { Axis, InputSource, Manifest, Stage, Subset } from '../manifest/manifest.ts';
import type { Layout, Rows } from './layout.ts';

export type FoundRows =
  /** Null is every combination of the axes. */
  | { readonly type: 'rows'; readonly rows: Rows | null }
  /** There is no task, and what left none: its `when`, its `exclude`, or a stage that it reads. */
  | { readonly type: 'none'; readonly by: 'when' | 'exclude' | { readonly stage: string } }
  /** More combinations than can be gone through. */
  | { readonly type: 'too-many'; readonly count: number };

/** Rows over some of the axes. */
interface Relation {
  readonly axes: readonly string[];
  readonly rows: Rows;
}

/** Combinations that are gone through for those that are left: in time, but not without end. */
const MOST_ROWS = 2_000_000;

/**
 * The combinations for which a stage has a task: those for which each input has one to read, in the product of the
 * axes or the subset that the matrix says, and for which `when` holds.
 */
export function rowsOf(
  stage: Stage,
  axes: readonly Axis[],
  layouts: ReadonlyMap<string, Layout | null>,
  { params, fields }: Pick<Manifest, 'params' | 'fields'>,
): FoundRows {
  if (stage.when.some(({ kind }) => kind === 'never')) return { type: 'none', by: 'when' };
  let relation: Relation = { axes: [], rows: [[]] };
  for (const { source } of stage.inputs) {
    if (source.kind !== 'output') continue;
    const layout = layouts.get(source.stage);
    if (layout === null || layout === undefined) return { type: 'none', by: { stage: source.stage } };
    if (layout.rows === null) continue;
    const joined = joinedWith(relation, projected(source, layout, axes));
    if (typeof joined === 'number') return { type: 'too-many', count: joined };
    relation = joined;
    if (relation.rows.length === 0) return { type: 'none', by: { stage: source.stage } };
  }
  if (stage.subset !== null) {
    const own = combinationsOf(stage, stage.subset);
    const joined = typeof own === 'number' ? own : joinedWith(relation, own);
    if (typeof joined === 'number') return { type: 'too-many', count: joined };
    relation = joined;
    if (relation.rows.length === 0) return { type: 'none', by: 'exclude' };
  }
  const excluding = stage.subset?.exclude.filter(({ where }) => !isOwn(stage, where)) ?? [];
  const filtered = excluding.length > 0 || stage.when.length > 0;
  if (relation.axes.length === 0 && !filtered) return { type: 'rows', rows: null };
  const whole = inOrderOf(axes, relation);
  if (typeof whole === 'number') return { type: 'too-many', count: whole };
  const kept = remaining(whole, stage, axes, excluding);
  if (kept.length === 0) return { type: 'none', by: 'exclude' };
  const chosen = chosenBy(stage, axes, withEntries(params, fields), kept);
  if (chosen.length === 0) return { type: 'none', by: 'when' };
  const product = axes.reduce((count, { values }) => count * values.length, 1);
  return { type: 'rows', rows: chosen.length === product ? null : chosen };
}

/** What an input asks for: on the axes that the stage has from it, where it has something to read. */
function projected(
  { gather, at }: Extract<InputSource, { kind: 'output' }>,
  layout: Layout,
  axes: readonly Axis[],
): Relation {
  const kept = [...layout.axes.entries()].filter(
    ([, { name }]) =>
      !gather.includes(name) && !Object.hasOwn(at, name) && axes.some((axis) => axis.name === name),
  );
  const fixed = [...layout.axes.entries()].flatMap(([position, { name, values }]) =>
    Object.hasOwn(at, name) ? [[position, values.indexOf(at[name]!)] as const] : [],
  );
  const rows = layout.rows!.filter((row) => fixed.every(([position, digit]) => row[position] === digit));
  const distinct = new Map(
    rows.map((row) => {
      const digits = kept.map(([position]) => row[position]!);
      return [digits.join(), digits];
    }),
  );
  return { axes: kept.map(([, { name }]) => name), rows: [...distinct.values()] };
}

/** Pairs of rows that agree where both have an axis; a number, where they are too many. */
function joinedWith(one: Relation, other: Relation): Relation | number {
  const shared = other.axes.flatMap((name, theirs) => {
    const ours = one.axes.indexOf(name);
    return ours < 0 ? [] : [[ours, theirs] as const];
  });
  const added = [...other.axes.keys()].filter(
    (theirs) => !shared.some(([, position]) => position === theirs),
  );
  const byKey = new Map<string, (readonly number[])[]>();
  for (const row of other.rows) {
    const key = shared.map(([, theirs]) => row[theirs]).join();
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [row]);
    else same.push(row);
  }
  const rows: number[][] = [];
  for (const row of one.rows) {
    const partners = byKey.get(shared.map(([ours]) => row[ours]).join()) ?? [];
    if (rows.length + partners.length > MOST_ROWS) return one.rows.length * other.rows.length;
    for (const partner of partners) rows.push([...row, ...added.map((theirs) => partner[theirs]!)]);
  }
  return { axes: [...one.axes, ...added.map((theirs) => other.axes[theirs]!)], rows };
}

/** The combinations of a matrix itself: of the first values all, without what is excluded, and what is included. */
function combinationsOf({ matrix }: Stage, { combined, exclude, include }: Subset): Relation | number {
  const axes = matrix.map(({ name }) => name);
  const product = combined.reduce((count, each) => count * each, 1);
  if (product > MOST_ROWS) return product;
  const own = exclude.filter(({ where }) => [...where.keys()].every((axis) => axes.includes(axis)));
  const positions = matrix.map(({ values }) => new Map(values.map((value, digit) => [String(value), digit])));
  const found = new Map<string, readonly number[]>();
  for (const row of product === 0 ? [] : productOf(combined)) {
    const excluded = own.some(({ where }) =>
      matrix.every(
        ({ name, values }, axis) => !where.has(name) || isOneOf(values[row[axis]!], where.get(name)!),
      ),
    );
    if (!excluded) found.set(row.join(), row);
  }
  for (const point of include) {
    const row = matrix.map(({ name }, axis) => positions[axis]!.get(String(point[name]))!);
    found.set(row.join(), row);
  }
  return { axes, rows: [...found.values()] };
}

function* productOf(sizes: readonly number[]): Generator<readonly number[]> {
  const digits = sizes.map(() => 0);
  for (;;) {
    yield [...digits];
    let axis = sizes.length - 1;
    while (axis >= 0 && digits[axis] === sizes[axis]! - 1) digits[axis--] = 0;
    if (axis < 0) return;
    digits[axis] = digits[axis]! + 1;
  }
}

function isOwn({ matrix }: Stage, where: ReadonlyMap<string, unknown>): boolean {
  return [...where.keys()].every((name) => matrix.some((axis) => axis.name === name));
}

/** Rows over all axes, in their order and sorted; a number, where they are too many. */
function inOrderOf(axes: readonly Axis[], { axes: names, rows }: Relation): number[][] | number {
  const free = axes.filter(({ name }) => !names.includes(name));
  const each = free.reduce((product, { values }) => product * values.length, 1);
  if (each * rows.length > MOST_ROWS) return each * rows.length;
  const rest = [...productOf(free.map(({ values }) => values.length))];
  const places = axes.map(({ name }) => {
    const known = names.indexOf(name);
    return known >= 0 ? known : names.length + free.findIndex((axis) => axis.name === name);
  });
  const whole = rows.flatMap((row) =>
    rest.map((more) => {
      const both = [...row, ...more];
      return places.map((place) => both[place]!);
    }),
  );
  return whole.sort((a, b) => {
    const differs = a.findIndex((digit, axis) => digit !== b[axis]);
    return differs < 0 ? 0 : a[differs]! - b[differs]!;
  });
}

/** Without what is excluded by axes that come with inputs; what is included stays. */
function remaining(
  rows: readonly number[][],
  { matrix, subset }: Stage,
  axes: readonly Axis[],
  excluding: Subset['exclude'],
): readonly number[][] {
  if (excluding.length === 0) return rows;
  const textAt = (point: Point) => matrix.map(({ name }) => String(point[name])).join('\0');
  const included = new Set((subset?.include ?? []).map(textAt));
  return rows.filter((row) => {
    const point = pointIn(axes, row);
    if (included.has(textAt(point)) && matrix.length > 0) return true;
    return !excluding.some(({ where }) => [...where].every(([axis, values]) => isOneOf(point[axis], values)));
  });
}

function chosenBy(
  { when }: Stage,
  axes: readonly Axis[],
  params: JsonObject,
  rows: readonly number[][],
): readonly number[][] {
  let left = rows;
  for (const condition of when) {
    const asked = axesAsked(condition);
    const known = new Map<string, boolean>();
    const positions = axes.flatMap(({ name }, position) => (asked.includes(name) ? [position] : []));
    left = left.filter((row) => {
      const key = positions.map((position) => row[position]).join();
      const answer = known.get(key) ?? holds(condition, params, pointIn(axes, row));
      known.set(key, answer);
      return answer;
    });
  }
  return left;
}

function pointIn(axes: readonly Axis[], row: readonly number[]): Point {
  return Object.fromEntries(axes.map(({ name, values }, axis) => [name, values[row[axis]!]!]));
}
