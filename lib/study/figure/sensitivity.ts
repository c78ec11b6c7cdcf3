import type { Columns } from 'pipewright/arrow';
import type { TopLevelSpec } from 'vega-lite';
import type { Field } from 'vega-lite/build/src/channeldef.js';
import type { UnitSpec } from 'vega-lite/build/src/spec/index.js';
import { decimal } from '../decimal.ts';
import { fileName, titled } from './data/labels.ts';
import type { Drawing } from './page/drawing.ts';
import { PAGE_WIDTH, pageConfig, TEXT } from './page/page.ts';
import { INK, QUIET } from './page/palette.ts';
import { renderSvg } from './page/render.ts';

/** One claim's verdict under one rule. */
interface SensitivityCell {
  readonly claim: number;
  /** Null where the rule has no say. */
  readonly verdict: string | null;
  readonly value: number | null;
  readonly changed: boolean;
}

/** All claims under one rule, for one data set and model. */
export interface SensitivityRow {
  readonly rule: string;
  readonly setting: string;
  readonly cells: readonly SensitivityCell[];
}

interface SensitivityTile extends SensitivityCell {
  readonly rule: string;
}

/** Told apart by colour and by sign, for print in grey. */
const verdicts: readonly { readonly verdict: string; readonly colour: string; readonly sign: string }[] = [
  { verdict: 'held', colour: '#A6DBC5', sign: '✓' },
  { verdict: 'not held', colour: '#F4B183', sign: '✗' },
  { verdict: 'undecided', colour: '#E3E3E3', sign: '?' },
];

const HEIGHT = 22;
const RULES = 250;
/** From the names of rules to the tiles. */
const GAP = 8;

function tileText({ verdict, value }: SensitivityTile): string {
  const sign = verdicts.find((one) => one.verdict === verdict)?.sign ?? '';
  return value === null ? sign : `${sign}\u2009${decimal(value, 2)}`;
}

/** Claims beside one another, a row for each rule; a frame where the verdict is another than as declared. */
function sensitivitySpec(
  tiles: readonly SensitivityTile[],
  title: string,
  caption: readonly string[],
): TopLevelSpec {
  const rules = [...new Set(tiles.map(({ rule }) => rule))];
  const shown = tiles
    .filter(({ verdict }) => verdict !== null)
    .map((one) => ({ ...one, text: tileText(one) }));
  // What this study cannot test has no column: an empty tile is a rule without a say.
  const claims = [...new Set(shown.map(({ claim }) => claim))].sort((a, b) => a - b);
  const x = {
    field: 'claim',
    type: 'ordinal',
    scale: { domain: claims, paddingInner: 0.06 },
    axis: { title: 'claim', orient: 'top', labelAngle: 0, domain: false, ticks: false },
  } as const;
  const y = {
    field: 'rule',
    type: 'ordinal',
    scale: { domain: rules, paddingInner: 0.12 },
    axis: { title: null, labelLimit: RULES, domain: false, ticks: false },
  } as const;
  const squares: UnitSpec<Field> = {
    data: { values: shown },
    mark: { type: 'rect' },
    encoding: {
      x,
      y,
      color: {
        field: 'verdict',
        type: 'nominal',
        legend: null,
        scale: {
          domain: verdicts.map(({ verdict }) => verdict),
          range: verdicts.map(({ colour }) => colour),
        },
      },
    },
  };
  const frames: UnitSpec<Field> = {
    data: { values: shown.filter(({ changed }) => changed) },
    mark: { type: 'rect', filled: false, stroke: INK, strokeWidth: 1.6 },
    encoding: { x, y },
  };
  const texts: UnitSpec<Field> = {
    data: { values: shown },
    mark: { type: 'text', fontSize: TEXT.small, color: INK },
    encoding: { x, y, text: { field: 'text', type: 'nominal' } },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: {
      text: title,
      subtitle: [...caption],
      anchor: 'start',
      fontSize: TEXT.title,
      offset: 12,
      subtitleColor: QUIET,
    },
    width: PAGE_WIDTH - RULES - GAP,
    height: rules.length * HEIGHT,
    layer: [squares, frames, texts],
    config: pageConfig,
  };
}

const CAPTION = [
  'Rows: one choice made otherwise than the study declares. ✓ green: held; ✗ orange: not held; ? grey: undecided; with the value of the primary',
  'statistic. Framed: another verdict than as declared (of the same images). Empty: the rule has no say in the claim.',
];

/** What other choices would change, a picture for each data set and model where something is judged. */
export function* sensitivityDrawings(rows: readonly SensitivityRow[]): Generator<Drawing> {
  for (const setting of new Set(rows.map((row) => row.setting))) {
    const tiles = rows
      .filter((row) => row.setting === setting)
      .flatMap(({ rule, cells }) => cells.map((cell) => ({ rule, ...cell })));
    if (tiles.every(({ verdict }) => verdict === null)) continue;
    const title = titled('Which verdicts other choices would change', { label: setting });
    yield {
      name: fileName('sensitivity', setting),
      title,
      caption: CAPTION,
      table: tileColumns(tiles),
      page: async () => ({ svg: await renderSvg(sensitivitySpec(tiles, title, CAPTION)) }),
    };
  }
}

function tileColumns(tiles: readonly SensitivityTile[]): Columns {
  return {
    rule: { type: 'utf8', values: tiles.map(({ rule }) => rule) },
    claim: { type: 'int32', values: tiles.map(({ claim }) => claim) },
    verdict: { type: 'utf8', values: tiles.map(({ verdict }) => verdict) },
    value: { type: 'float64', values: tiles.map(({ value }) => value) },
    changed: { type: 'bool', values: tiles.map(({ changed }) => changed) },
  };
}
