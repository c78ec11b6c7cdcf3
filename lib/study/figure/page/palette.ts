/**
 * Okabe and Ito's palette, told apart by people with any common colour blindness
 * (https://jfly.uni-koeln.de/color/), without its yellow, which is too light for lines on white.
 */
const okabeIto = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'] as const;

/** Of Paul Tol's muted scheme those that are none of the above (https://personal.sron.nl/~pault/), for long lists. */
const muted = ['#332288', '#882255', '#999933', '#117733', '#AA4499', '#88CCEE', '#661100'] as const;

/** In the order in which series take them. */
export const seriesColours: readonly string[] = [...okabeIto, ...muted];

/** Solid, dashed, dotted, dash-dotted …: for print in grey. */
const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 2],
  [2, 2],
  [6, 2, 2, 2],
  [10, 3],
  [4, 4],
  [1, 3],
];

const shapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
] as const;

export const INK = '#222222';
export const QUIET = '#666666';
export const FLOOR = '#999999';
export const BAND_OPACITY = 0.38;

/** Of bands, by kind: seeds, seeds late, neighbours in time. */
export const BANDS = ['#999999', '#8C6BB1', '#41AE76'] as const;

/** How one series is drawn: never by its colour alone. */
export interface SeriesStyle {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly shape: string;
}

/** Of 14 series no two have one colour; beyond, colour and shape go round with different lengths. */
export function seriesStyle(place: number): SeriesStyle {
  return {
    colour: seriesColours[place % seriesColours.length]!,
    dash: dashes[(place + Math.floor(place / seriesColours.length)) % dashes.length]!,
    shape: shapes[place % shapes.length]!,
  };
}
