import type { StatisticData } from './data.ts';
import { lineOf } from './verdict.tsx';
import { rounded } from './written.ts';

const WIDTH = 190;
/** Closer than this, intervals would hide one another, and only values are drawn. */
const LEGIBLE = 2.5;

/** Of the first row, and of all others together: many of them lie closer. */
const FIRST = 13;
const OTHERS = 46;
const EDGE = 8;

interface Scale {
  readonly from: number;
  readonly to: number;
}

function ends({ value, low, high }: StatisticData, line: number): number[] {
  return [value, low, high].flatMap((end) => (end === null ? [] : [end - line]));
}

/** Wide enough for those that matter and their line; what reaches further is cut, with an arrow. */
function scaleOf(statistics: readonly StatisticData[]): Scale {
  const reach = statistics.flatMap((each) => [
    ...ends(each, lineOf(each)),
    ...(each.direction === 'within' ? [each.margin ?? 0, -(each.margin ?? 0)] : []),
  ]);
  const [from, to] = [Math.min(0, ...reach), Math.max(0, ...reach)];
  const room = (to - from || 1) * 0.25;
  return { from: from - room, to: to + room };
}

/**
 * Statistics with their intervals against the line they are judged by, which is one line for all: what is drawn is
 * how far each lies from its own. The primaries, which decide, set the scale and stand first.
 */
export function Forest({ statistics, label }: { statistics: readonly StatisticData[]; label: string }) {
  const judged = statistics.filter(({ rule, value }) => rule !== null && value !== null);
  const rows = [...judged.filter(({ primary }) => primary), ...judged.filter(({ primary }) => !primary)];
  const deciding = judged.filter(({ primary }) => primary);
  const [first] = deciding.length > 0 ? deciding : rows;
  if (!first) return null;
  const scale = scaleOf(deciding.length > 0 ? deciding : rows);
  const pitch = Math.min(9, OTHERS / Math.max(1, rows.length - 1));
  const height = FIRST + pitch * (rows.length - 1) + 18;
  const x = (value: number): number =>
    EDGE + ((value - scale.from) / (scale.to - scale.from)) * (WIDTH - 2 * EDGE);
  return (
    <svg class="forest" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
      <Holds statistic={first} x={x} height={height - 14} />
      <line class="line" x1={x(0)} x2={x(0)} y1={0} y2={height - 12} />
      {rows.map((row, at) => (
        <Row
          key={`${row.variant} ${row.statistic}`}
          row={row}
          y={at === 0 ? FIRST / 2 : FIRST + (at - 0.5) * pitch}
          x={x}
          pitch={pitch}
        />
      ))}
      <text class="tick" x={x(0)} y={height - 2} text-anchor="middle">
        {rounded(lineOf(first), 2).replace(/\.?0+$/, '')}
      </text>
    </svg>
  );
}

/** The side of the line where the claim holds. */
function Holds({
  statistic,
  x,
  height,
}: {
  statistic: StatisticData;
  x: (value: number) => number;
  height: number;
}) {
  const { direction, margin } = statistic;
  const [from, to] = [EDGE / 2, WIDTH - EDGE / 2];
  const sides: Readonly<Record<string, readonly [number, number]>> = {
    below: [from, x(0)],
    above: [x(0), to],
    within: [Math.max(from, x(-(margin ?? 0))), Math.min(to, x(margin ?? 0))],
  };
  const side = sides[direction ?? ''];
  return side ? (
    <rect class="holds" x={side[0]} width={Math.max(0, side[1] - side[0])} y={0} height={height} />
  ) : null;
}

function Row({
  row,
  y,
  x,
  pitch,
}: {
  row: StatisticData;
  y: number;
  x: (value: number) => number;
  pitch: number;
}) {
  const line = lineOf(row);
  const [left, right] = [EDGE / 2, WIDTH - EDGE / 2];
  const inside = (value: number): number => Math.min(right, Math.max(left, x(value - line)));
  const at = x(row.value! - line);
  const spread = row.primary || pitch > LEGIBLE;
  const state = (row.verdict ?? 'given').replace(' ', '-');
  const [low, high] = [row.low ?? row.value!, row.high ?? row.value!];
  return (
    <g class={`estimate ${state}${row.primary ? ' primary' : ''}`}>
      {spread && <line x1={inside(low)} x2={inside(high)} y1={y} y2={y} />}
      {spread && x(low - line) < left && <path d={arrow(left, y, -1)} />}
      {spread && x(high - line) > right && <path d={arrow(right, y, 1)} />}
      {at >= left && at <= right && (
        <Mark state={state} x={at} y={y} size={row.primary ? 4 : Math.min(2.6, Math.max(1.2, pitch / 2))} />
      )}
    </g>
  );
}

function arrow(x: number, y: number, to: 1 | -1): string {
  return `M${x + 3 * to} ${y}l${-4 * to} -2v4z`;
}

/** A square where it holds, a cross where it does not, a ring where it is open. */
function Mark({ state, x, y, size }: { state: string; x: number; y: number; size: number }) {
  if (state === 'held') return <rect x={x - size} y={y - size} width={2 * size} height={2 * size} />;
  if (state === 'not-held')
    return (
      <path
        class="cross"
        d={`M${x - size} ${y - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`}
      />
    );
  return <circle class="open" cx={x} cy={y} r={size} />;
}
