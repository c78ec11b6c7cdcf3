import type { RunData, Value } from './data.ts';

const WIDTH = 130;
const HEIGHT = 40;
const EDGE = 4;

interface Props {
  readonly run: RunData;
  readonly values: readonly Value[];
  readonly place: number;
  readonly from: number;
  readonly to: number;
  readonly floor?: Value;
  readonly label: string;
}

/** A quantity over the places of the slider, with early stopping, the present epoch and, where there is one, a floor. */
export function ScoreCurve({ run, values, place, from, to, floor = null, label }: Props) {
  const last = Math.max(1, run.epochs.length - 1);
  const x = (at: number): number => EDGE + (at / last) * (WIDTH - 2 * EDGE);
  const y = (value: number): number => HEIGHT - EDGE - ((value - from) / (to - from)) * (HEIGHT - 2 * EDGE);
  const stop = run.epochs.indexOf(run.stop);
  const now = values[place];
  return (
    <svg class="score-curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <rect class="frame" x={EDGE} y={EDGE} width={WIDTH - 2 * EDGE} height={HEIGHT - 2 * EDGE} />
      {floor !== null && (
        <>
          <rect
            class="floor"
            x={EDGE}
            width={WIDTH - 2 * EDGE}
            y={y(floor)}
            height={Math.max(0, HEIGHT - EDGE - y(floor))}
          />
          <line class="floor" x1={EDGE} x2={WIDTH - EDGE} y1={y(floor)} y2={y(floor)} />
        </>
      )}
      <line class="stop" x1={x(stop)} x2={x(stop)} y1={EDGE} y2={HEIGHT - EDGE} />
      <line class="now" x1={x(place)} x2={x(place)} y1={EDGE} y2={HEIGHT - EDGE} />
      <path class="course" d={course(values, x, y)} />
      {typeof now === 'number' && <circle class="now" cx={x(place)} cy={y(now)} r={2.8} />}
    </svg>
  );
}

/** A line through what is defined, interrupted where nothing is. */
export function course(
  values: readonly Value[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let pen = 'M';
  return values
    .map((value, at) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const point = `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = 'L';
      return point;
    })
    .join('');
}
