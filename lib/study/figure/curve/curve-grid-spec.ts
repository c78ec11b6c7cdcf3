import type { TopLevelSpec } from 'vega-lite';
import type { CurveGrid, GridColumn } from './curve-grid.ts';
import { asideWidth, curvePanel } from './curve-panel.ts';
import { legendPanel } from './legend.ts';
import { wrapText } from '../page/font.ts';
import { PAGE_WIDTH, pageConfig, TEXT } from '../page/page.ts';
import { BANDS, FLOOR } from '../page/palette.ts';
import { valueAxis } from './value-axis.ts';

const PANEL_GAP = 16;

function blocks(grid: CurveGrid): GridColumn[][] {
  const size = grid.wrap ?? grid.columns.length;
  const count = Math.ceil(grid.columns.length / size);
  return Array.from({ length: count }, (_, at) => grid.columns.slice(at * size, (at + 1) * size));
}

/** Early stopping is said where it differs from the panel before. */
function isLabelled(columns: readonly GridColumn[], at: number): boolean {
  const before = columns[at - 1];
  return !before || JSON.stringify(before.stops) !== JSON.stringify(columns[at]?.stops);
}

/** The grid as a Vega-Lite specification, its data inside. */
export function curveGridSpec(grid: CurveGrid): TopLevelSpec {
  const axes = grid.rows.map((row) => ({ row, axis: valueAxis(grid, row) }));
  const rows = blocks(grid).flatMap((columns) =>
    axes.map(({ row, axis }) => ({
      // From plot to plot, whatever hangs over: so that the panels of all rows stand below one another.
      bounds: 'flush' as const,
      spacing: PANEL_GAP + asideWidth(grid),
      hconcat: columns.map((column) =>
        curvePanel({
          grid,
          row,
          column,
          axis,
          leftmost: column === columns[0],
          labelled: row === grid.rows[0] && isLabelled(grid.columns, grid.columns.indexOf(column)),
        }),
      ),
    })),
  );
  const bands = [
    ...(grid.asides?.length && grid.greyLabel ? [{ text: grid.greyLabel, colour: FLOOR }] : []),
    ...(grid.bandLabels ?? []).flatMap((text, kind) =>
      grid.bands?.some((band) => band.kind === kind) ? [{ text, colour: BANDS[kind] ?? FLOOR }] : [],
    ),
  ];
  const shown = { series: grid.series, markers: grid.markers !== false, bands };
  const legend = grid.series.length > 1 || bands.length > 0 ? [legendPanel(shown, PAGE_WIDTH - 70)] : [];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: {
      text: wrapText(grid.title, TEXT.title, 'bold', PAGE_WIDTH - 20),
      subtitle: [...grid.caption],
      anchor: 'start',
      fontSize: TEXT.title,
      offset: 12,
    },
    spacing: 10,
    vconcat: [...rows, ...legend],
    config: pageConfig,
  };
}
