import type { ProgressPoint } from '../protocol.ts';
import { seriesOf, type Series } from './series.ts';

const WIDTH = 260;
const SHOWN = 8;

/** What a task measured as it went, a curve for each number. */
export function Curves({
  points,
  small = false,
}: {
  readonly points: readonly ProgressPoint[];
  readonly small?: boolean;
}) {
  const series = seriesOf(points);
  if (series.length === 0) return null;
  return (
    <div class="curves">
      {series.slice(0, small ? 3 : SHOWN).map((one) => (
        <Curve key={one.name} series={one} height={small ? 36 : 72} />
      ))}
    </div>
  );
}

function Curve({ series, height }: { readonly series: Series; readonly height: number }) {
  const { name, xs, ys, unit } = series;
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const [from, to] = [xs[0]!, xs.at(-1)!];
  const x = (value: number): number =>
    to === from ? WIDTH / 2 : 3 + ((value - from) / (to - from)) * (WIDTH - 6);
  const y = (value: number): number =>
    high === low ? height / 2 : height - 4 - ((value - low) / (high - low)) * (height - 8);
  const path = xs.map((value, index) => `${x(value).toFixed(1)},${y(ys[index]!).toFixed(1)}`).join(' ');
  const last = numberText(ys.at(-1)!);
  return (
    <figure class="curve">
      <figcaption>
        <span>{name}</span> <strong>{last}</strong>
        <small>
          {numberText(low)} … {numberText(high)}
        </small>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name} from ${numberText(ys[0]!)} at ${from} ${unit} to ${last} at ${to}, between ${numberText(low)} and ${numberText(high)}`}
      >
        <polyline points={path} />
      </svg>
    </figure>
  );
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : value.toPrecision(4);
}
