/**
 * Okabe and Ito's palette, told apart by people with any common colour blindness
 * (https://jfly.uni-koeln.de/color/), without its yellow, which is too light for lines on white.
 */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'] as const;

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

/** How one series is drawn: never by its colour alone. */
export interface SeriesStyle {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly shape: string;
}

/** Distinct for the first 7 × 8 places: colour and shape go round with different lengths. */
export function seriesStyle(place: number): SeriesStyle {
  return {
    colour: colours[place % colours.length]!,
    dash: dashes[(place + Math.floor(place / colours.length)) % dashes.length]!,
    shape: shapes[place % shapes.length]!,
  };
}
