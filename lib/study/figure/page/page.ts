import type { Config } from 'vega-lite';
import { FONT_FAMILY } from './font.ts';
import { INK, QUIET } from './palette.ts';

/** 180 mm, a journal's full text width, in the 1/96 inch of SVG. */
export const PAGE_WIDTH = 680;

/** Sizes in 1/96 inch: 9 is 6.75 pt, about the smallest that journals print. */
export const TEXT = { small: 9, normal: 10, header: 10.5, title: 12.5 } as const;

export const pageConfig: Config = {
  background: 'white',
  // One description for each point and tick would double the file, and no one reads it.
  aria: false,
  font: FONT_FAMILY,
  padding: 6,
  view: { stroke: null },
  concat: { spacing: 14 },
  axis: {
    labelFontSize: TEXT.small,
    titleFontSize: TEXT.normal,
    titleFontWeight: 'normal',
    labelFlush: false,
    labelColor: INK,
    titleColor: INK,
    domainColor: INK,
    tickColor: INK,
    tickSize: 4,
    titlePadding: 6,
    gridColor: '#E6E6E6',
    gridWidth: 0.6,
  },
  title: {
    fontSize: TEXT.header,
    fontWeight: 'bold',
    color: INK,
    anchor: 'middle',
    subtitleFontSize: TEXT.small,
    subtitleColor: QUIET,
    subtitlePadding: 3,
  },
};
