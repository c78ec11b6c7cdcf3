import type { MethodName } from '../attribution/methods.ts';
import type { ColourMap } from './sheet/colour-map.ts';
import type { Drawing } from './page/drawing.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import type { EpochScale } from './curve/epoch-axis.ts';
import { cellTable, methodColours, pickCheckpoints, sheetBlock, sheetCells } from './heat-map-sheets.ts';
import type { MapSeries, Overlays, SheetCell } from './heat-map-sheets.ts';
import { fileName, titled } from './data/labels.ts';
import type { Variant } from './run.ts';
import { sheetPage } from './sheet/sheet.ts';

/** Early stopping and ten others fill a page's width. */
const CHECKPOINTS = 11;

/** Without constraint on the backward pass, with one, and of the last feature maps. */
const overviewMethods: readonly MethodName[] = ['saliency', 'guided-backpropagation', 'grad-cam'];

export interface SheetOptions {
  readonly variant: Variant;
  readonly seed: number;
  readonly scale: EpochScale;
  /** Images of each class and group that get a sheet of their own, by rank. */
  readonly perClass: number;
}

function captionOf(seed: number): string[] {
  return [
    `Rows: methods. Columns: checkpoints; ES, framed: early stopping. Bold red: taken for what it does not show. Seed ${seed}.`,
    'Maps of several channels show, at each pixel, the channel value of greatest magnitude with its sign; zero lies in the middle of the colours.',
    'Each map has its own scale: its clip is the 99th percentile of its magnitudes, and larger values take the end colour.',
  ];
}

interface Numbered {
  readonly series: MapSeries;
  readonly colours: ReadonlyMap<MethodName, ColourMap>;
  readonly options: SheetOptions;
}

function cellsOf(
  { series, options }: Numbered,
  row: number,
  methods: readonly MethodName[],
  room: number,
): SheetCell[][] {
  const axis = epochAxis(
    options.scale,
    series.checkpoints.map(({ epoch }) => epoch),
    room,
  );
  return sheetCells(row, methods, pickCheckpoints(series.checkpoints, room, axis));
}

function drawing(
  { series, colours, options }: Numbered,
  name: string,
  title: string,
  blocks: readonly SheetCell[][][],
  overlays: Overlays,
): Drawing {
  const caption = captionOf(options.seed);
  return {
    name,
    title,
    caption,
    table: cellTable(blocks.flat(2), series.images.set),
    page: () =>
      sheetPage({
        title,
        caption,
        blocks: blocks.map((cells) => sheetBlock(series, cells, colours, overlays)),
      }),
  };
}

/** One image of each group, a few methods and checkpoints. */
function overview(figure: Numbered): Drawing {
  const { series, options } = figure;
  const { maps } = series.checkpoints[0]!;
  const wanted = overviewMethods.filter((method) => maps.methods.includes(method));
  const methods = wanted.length > 0 ? wanted : maps.methods.slice(0, 3);
  const rows = [...new Set(maps.group)].map((group) => maps.group.indexOf(group));
  const blocks = rows.map((row) => cellsOf(figure, row, methods, CHECKPOINTS));
  const title = titled('Heat maps of one image of each group', options.variant);
  return drawing(figure, fileName('figure-3', options.variant.key), title, blocks, 'unsigned');
}

function imageSheet(figure: Numbered, row: number): Drawing {
  const { series, options } = figure;
  const { maps } = series.checkpoints[0]!;
  const name = fileName(maps.group[row]!, maps.class[row]!, String(maps.rank[row]!));
  const folder = fileName('figure-3', options.variant.key);
  const title = titled(`Heat maps of image ${maps.index[row]!}`, options.variant);
  const block = cellsOf(figure, row, maps.methods, CHECKPOINTS);
  return drawing(figure, `${folder}/${name}`, title, [block], 'all');
}

/** Figure 3: the overview, then a sheet per image, drawn one by one. */
export function* sheetDrawings(series: MapSeries, options: SheetOptions): Generator<Drawing> {
  const figure: Numbered = { series, colours: methodColours(series), options };
  const { maps } = series.checkpoints[0]!;
  yield overview(figure);
  for (let row = 0; row < maps.rows; row += 1) {
    if (maps.rank[row]! <= options.perClass) yield imageSheet(figure, row);
  }
}
