/// <reference lib="dom" />
import { useState } from 'preact/hooks';
import type { CurveGrid, CurvePoint } from '../../figure/curve/curve-grid.ts';
import { seriesStyle } from '../../figure/page/palette.ts';
import { Choice } from './controls.tsx';
import type { FigureData, RunData, StudyData } from './data.ts';
import { markerPath } from './marker.ts';
import { type Origin, OriginMark } from './origin.tsx';
import { Panel } from './panel.tsx';
import { axes, type AxisScale, type State } from './state.ts';

interface Props {
  readonly study: StudyData;
  readonly state: State;
  readonly update: (change: Partial<State>) => void;
  readonly openOrigin: (origin: Origin) => void;
  /** Shows the maps behind a point of a figure. */
  readonly showMaps: (point: CurvePoint, figure: FigureData) => void;
}

const axisWords: Readonly<Record<AxisScale, string>> = {
  log: 'log',
  linear: 'linear',
  multiples: 'multiples of early stopping',
};

/** The figures of the runs that the reader looks at. */
export function Figures(props: Props) {
  const { study, state, update } = props;
  const { setting } = study.runs[state.run]!;
  const variants = new Map(study.runs.map(({ variant }) => [variant.key, variant.label]));
  const shown = study.figures.filter(
    (figure) => figure.setting === setting && (figure.variant === '' || figure.variant === state.figures),
  );
  return (
    <section aria-labelledby="figures">
      <h2 id="figures">Figures</h2>
      <div class="controls">
        {variants.size > 1 && (
          <label>
            runs{' '}
            <select
              value={state.figures}
              onChange={({ currentTarget }) => {
                update({ figures: currentTarget.value });
              }}
            >
              {[...variants].map(([key, label]) => (
                <option key={key} value={key}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
        <Choice
          name="epoch axis"
          values={axes}
          words={axisWords}
          chosen={state.axis}
          choose={(axis) => {
            update({ axis });
          }}
        />
        <p class="note">
          Click a point, or go to it with the arrow keys and press Enter: the maps behind it are shown.
        </p>
      </div>
      {shown.map((figure) => (
        <CurveFigure key={`${figure.source} ${figure.name}`} figure={figure} {...props} />
      ))}
    </section>
  );
}

const numbers: readonly (readonly [RegExp, string])[] = [
  [/^figure-(\d+)/, 'Figure $1. '],
  [/^.*/, ''],
];

function titleOf({ name, grid }: FigureData): string {
  const [pattern, written] = numbers.find(([each]) => each.test(name))!;
  const number = (pattern.exec(name)?.[0] ?? '').replace(pattern, written);
  return `${number}${grid.title}`;
}

function CurveFigure({ figure, state, openOrigin, showMaps }: { figure: FigureData } & Props) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { grid } = figure;
  return (
    <section class="curves" aria-label={titleOf(figure)}>
      <h3>
        {titleOf(figure)} <OriginMark origin={originOf(figure)} open={openOrigin} />
      </h3>
      <p class="note">{grid.caption.join(' ')}</p>
      {grid.series.length > 1 && (
        <Legend
          grid={grid}
          hidden={hidden}
          toggle={(series) => {
            const next = new Set(hidden);
            if (!next.delete(series)) next.add(series);
            setHidden(next);
          }}
        />
      )}
      {grid.rows.map((row) => (
        <div key={row.key} class="row">
          <h4>{row.title}</h4>
          <div class="panels">
            {grid.columns.map((column) => (
              <Panel
                key={column.key}
                {...{ grid, row, column, hidden }}
                scale={state.axis}
                showMaps={(point) => {
                  showMaps(point, figure);
                }}
              />
            ))}
          </div>
        </div>
      ))}
      <BandLegend grid={grid} />
      <Values figure={figure} />
    </section>
  );
}

function originOf({ name, source, grid }: FigureData): Origin {
  const point = grid.points.findLast(({ value }) => value !== null);
  const [row, column] = [
    grid.rows.find(({ key }) => key === point?.row),
    grid.columns.find(({ key }) => key === point?.column),
  ];
  return {
    what: point ? `${row?.title}, ${column?.title}, ${point.series}, ${grid.along.key} ${point.at}` : name,
    value: String(point?.value ?? 'not defined'),
    source,
    where: point
      ? [
          ['drawn', 'curve'],
          ['measure', point.row],
          ['panel', point.column],
          ['series', point.series],
          [grid.along.key, String(point.at)],
        ]
      : [],
    columns: ['value', 'low', 'high'],
  };
}

/** Each line can be put out and on again. */
function Legend({
  grid,
  hidden,
  toggle,
}: {
  grid: CurveGrid;
  hidden: ReadonlySet<string>;
  toggle: (series: string) => void;
}) {
  return (
    <div class="legend" role="group" aria-label="lines">
      {grid.series.map((series, at) => {
        const { dash, shape } = seriesStyle(at);
        return (
          <button
            key={series}
            type="button"
            aria-pressed={!hidden.has(series)}
            onClick={() => {
              toggle(series);
            }}
          >
            <svg
              class={`series s${at % 14}`}
              viewBox="-16 -5 32 10"
              width={32}
              height={10}
              aria-hidden="true"
            >
              <path
                class="curve"
                d="M-16 0H16"
                {...(dash[1] !== 0 && { 'stroke-dasharray': dash.join(' ') })}
              />
              {grid.markers !== false && <path class="marker" d={markerPath(shape)} />}
            </svg>
            {series}
          </button>
        );
      })}
    </div>
  );
}

function BandLegend({ grid }: { grid: CurveGrid }) {
  const kinds = [...new Set((grid.bands ?? []).map(({ kind }) => kind))].sort();
  return (
    <>
      {kinds.map((kind) => (
        <p key={kind} class="note key">
          <svg viewBox="0 0 24 10" width={24} height={10} aria-hidden="true">
            <rect class={`band kind-${kind}`} width={24} height={10} />
          </svg>{' '}
          {grid.bandLabels?.[kind] ?? ''}
        </p>
      ))}
      {(grid.asides?.length ?? 0) > 0 && grid.greyLabel && (
        <p class="note">At the right of each panel: {grid.greyLabel}.</p>
      )}
    </>
  );
}

/** The numbers behind a figure, for those who read rather than look. */
function Values({ figure: { grid, name } }: { figure: FigureData }) {
  const [open, setOpen] = useState(false);
  const titles = new Map([...grid.rows, ...grid.columns].map(({ key, title }) => [key, title]));
  return (
    <details
      class="values"
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary>values</summary>
      {open && (
        <div class="wide" tabIndex={0} role="region" aria-label={`values of ${name}`}>
          <table>
            <thead>
              <tr>
                {['', '', 'line', grid.along.key, 'value', 'low', 'high'].map((title, at) => (
                  <th key={at} scope="col">
                    {title || (at === 0 ? 'quantity' : 'panel')}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {grid.points.map((point, at) => (
                <tr key={at}>
                  <td>{titles.get(point.row)}</td>
                  <td>{titles.get(point.column)}</td>
                  <td>{point.series}</td>
                  <td class="number">{point.at}</td>
                  <td class="number">{point.value ?? ''}</td>
                  <td class="number">{point.low ?? ''}</td>
                  <td class="number">{point.high ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

/** What of the explorer a point of a figure stands for: runs, epoch, method and group, as far as it says. */
export function stateOfPoint(
  point: CurvePoint,
  figure: FigureData,
  study: StudyData,
  state: State,
): Partial<State> & { run: number } {
  const variant = figure.variant === '' ? point.column : figure.variant;
  const fits = (run: RunData): boolean => run.setting === figure.setting && run.variant.key === variant;
  const run = fits(study.runs[state.run]!) ? state.run : Math.max(0, study.runs.findIndex(fits));
  const { methods, images } = study.runs[run]!;
  const method = methods.findIndex(({ name, label }) => label === point.series || name === point.column);
  const groups = new Set(images.map(({ group }) => group));
  const group = [point.column, point.series.split(':')[0]!].find((each) => groups.has(each));
  const image = images.findIndex((each) => each.group === group);
  return {
    run,
    ...(method >= 0 && { method }),
    ...(image >= 0 && { image }),
    ...(figure.grid.along.key === 'epoch' && { epoch: point.at }),
    ...(point.row === 'spearman' || point.row === 'mssim' ? { similarity: point.row } : {}),
    view: 'all',
  };
}
