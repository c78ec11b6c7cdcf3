import type { Field } from 'vega-lite/build/src/channeldef.js';
import type { LayerSpec, UnitSpec } from 'vega-lite/build/src/spec/index.js';
import { textWidth } from '../page/font.ts';
import { TEXT } from '../page/page.ts';
import { BAND_OPACITY, INK, seriesStyle } from '../page/palette.ts';

const LINE = 26;
const GAP = 5;
const BETWEEN = 20;
const ROW_HEIGHT = 15;

type Unit = UnitSpec<Field>;

interface Entry {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Entries from left to right, a new line where the next one would pass `width`. */
function layOut(texts: readonly string[], width: number): Entry[] {
  let x = 0;
  let y = ROW_HEIGHT / 2;
  return texts.map((text) => {
    const needed = LINE + GAP + textWidth(text, TEXT.normal);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += ROW_HEIGHT;
    }
    const entry = { text, x, y };
    x += needed + BETWEEN;
    return entry;
  });
}

const scale = { scale: null, axis: null } as const;
const x = { field: 'x', type: 'quantitative', ...scale } as const;
const y = { field: 'y', type: 'quantitative', ...scale } as const;

function lineSample(at: Entry, place: number, markers: boolean): Unit[] {
  const { colour, dash, shape } = seriesStyle(place);
  const samples: Unit[] = [
    {
      data: { values: [{ x: at.x, y: at.y, end: at.x + LINE }] },
      mark: { type: 'rule', color: colour, strokeWidth: 1.6, strokeDash: [...dash] },
      encoding: { x, x2: { field: 'end' }, y },
    },
    {
      data: { values: [{ x: at.x + LINE / 2, y: at.y }] },
      mark: { type: 'point', filled: true, opacity: 1, size: 22, color: colour, shape },
      encoding: { x, y },
    },
  ];
  return markers ? samples : samples.slice(0, 1);
}

function bandSample(at: Entry, colour: string): Unit {
  return {
    data: { values: [{ x: at.x, y: at.y - 5, end: at.x + LINE, bottom: at.y + 5 }] },
    mark: { type: 'rect', color: colour, opacity: BAND_OPACITY },
    encoding: { x, x2: { field: 'end' }, y, y2: { field: 'bottom' } },
  };
}

function label(at: Entry): Unit {
  return {
    data: { values: [{ x: at.x + LINE + GAP, y: at.y, text: at.text }] },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: TEXT.normal, color: INK },
    encoding: { x, y, text: { field: 'text', type: 'nominal' } },
  };
}

/** What a legend tells apart. */
export interface Legend {
  readonly series: readonly string[];
  readonly markers: boolean;
  /** Bands, with their colours. */
  readonly bands: readonly { readonly text: string; readonly colour: string }[];
}

/**
 * A legend that shows each series as it is drawn: colour, dash and shape on one line sample, which Vega-Lite's
 * own legends do not; and the bands, where there are any. A panel of its own, without scales or axes.
 */
export function legendPanel({ series, markers, bands }: Legend, width: number): LayerSpec<Field> {
  const named = series.length > 1 ? series : [];
  const entries = layOut([...named, ...bands.map(({ text }) => text)], width);
  return {
    width,
    height: (entries.at(-1)?.y ?? 0) + ROW_HEIGHT / 2,
    layer: entries.flatMap((entry, place) => [
      ...(place < named.length
        ? lineSample(entry, place, markers)
        : [bandSample(entry, bands[place - named.length]!.colour)]),
      label(entry),
    ]),
  };
}
