import { Canvas, NoPicture } from './canvas.tsx';
import type { StudyData, Value } from './data.ts';
import { type Origin, OriginMark } from './origin.tsx';
import { originOfScore } from './score-origin.ts';
import { besideMap, type MapAt, type Pictures } from './pictures.ts';
import type { Painted } from './paint.ts';
import { ScoreCurve } from './score-curve.tsx';
import { placeOfEpoch, type State } from './state.ts';
import { groupWord, rounded, runLabel } from './written.ts';

export interface ViewProps {
  readonly study: StudyData;
  readonly state: State;
  /** Null where there is no screen. */
  readonly pictures: Pictures | null;
  readonly update: (change: Partial<State>) => void;
  readonly openOrigin: (origin: Origin) => void;
}

const MAP = 86;

/** One image: its maps by all methods at early stopping and now, and what has come between. */
export function OneImage(props: ViewProps) {
  const { study, state } = props;
  const run = study.runs[state.run]!;
  return (
    <div class="one">
      <ImageFacts {...props} />
      <div class="wide" tabIndex={0} role="region" aria-label="heat maps of the image by method">
        <table class="maps">
          <thead>
            <tr>
              <th scope="col">method</th>
              <th scope="col">early stopping</th>
              <th scope="col" class="now">
                epoch {state.epoch}
              </th>
              <th
                scope="col"
                title="this epoch’s map less the one at early stopping, each as a share of its scale"
              >
                now − ES
              </th>
              <th scope="col">over the image</th>
              {state.beside.kind !== 'nothing' && <th scope="col">{besideTitle(study, state)}</th>}
              <th scope="col">{state.similarity === 'mssim' ? 'MSSIM' : 'Spearman ρ'}</th>
              <th scope="col">over epochs</th>
            </tr>
          </thead>
          <tbody>
            {run.methods.map((method, at) => (
              <MethodRow key={method.name} method={at} {...props} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function besideTitle(study: StudyData, { beside, run }: State): string {
  if (beside.kind === 'epoch') return `epoch ${beside.value}`;
  if (beside.kind === 'method') return study.runs[run]!.methods[beside.value]!.label;
  return beside.kind === 'run' ? runLabel(study, beside.value) : '';
}

function ImageFacts({ study, state, pictures }: ViewProps) {
  const run = study.runs[state.run]!;
  const image = run.images[state.image]!;
  const place = placeOfEpoch(run, state.epoch);
  const named = (label: number): string => run.classes[label] ?? String(label);
  const right = image.predicted[place] === image.drawn;
  const most = Math.log(Math.max(2, run.classes.length));
  return (
    <div class="facts">
      {pictures ? (
        <Canvas
          painted={pictures.image(state.run, state.image)}
          label={`image ${image.index}, ${named(image.label)}`}
          wide={112}
        />
      ) : (
        <NoPicture text="" wide={112} />
      )}
      <dl>
        <dt>image</dt>
        <dd>
          {image.index}, group {image.group} ({groupWord(image.group)})
        </dd>
        <dt>label</dt>
        <dd>
          <strong>{named(image.label)}</strong>
          {image.label !== image.drawn && (
            <span class="badge">label is not what was drawn: it shows {named(image.drawn)}</span>
          )}
        </dd>
        <dt>taken for</dt>
        <dd class={right ? '' : 'wrong'}>
          {right ? '✓' : '✗'} {named(image.predicted[place]!)}
        </dd>
        <dt>p of label</dt>
        <dd>
          <span class="figure">{rounded(image.probability[place]!)}</span>
          <ScoreCurve
            run={run}
            values={image.probability}
            place={place}
            from={0}
            to={1}
            label="probability of the label over epochs"
          />
        </dd>
        <dt>entropy</dt>
        <dd>
          <span class="figure">{rounded(image.entropy[place]!)}</span>
          <ScoreCurve
            run={run}
            values={image.entropy}
            place={place}
            from={0}
            to={most}
            label="entropy over epochs"
          />
        </dd>
      </dl>
    </div>
  );
}

/** A picture of a map, or room for it until it has come. */
export function MapPicture({
  painted,
  label,
  wide = MAP,
}: {
  painted: Painted | null;
  label: string;
  wide?: number;
}) {
  return painted ? (
    <Canvas painted={painted} label={label} wide={wide} />
  ) : (
    <NoPicture text="…" wide={wide} />
  );
}

function MethodRow({ method, study, state, pictures, update, openOrigin }: ViewProps & { method: number }) {
  const run = study.runs[state.run]!;
  const { label, dependsOnImage } = run.methods[method]!;
  const place = placeOfEpoch(run, state.epoch);
  const now: MapAt = { run: state.run, image: state.image, method, place };
  const stop: MapAt = { ...now, place: run.epochs.indexOf(run.stop) };
  const { common } = state;
  return (
    <tr class={method === state.method ? 'chosen' : ''}>
      <th scope="row">
        <button
          type="button"
          aria-pressed={method === state.method}
          onClick={() => {
            update({ method });
          }}
        >
          {label}
        </button>
        {dependsOnImage === false && <span class="badge">same map for every image of the class</span>}
      </th>
      <td>
        <MapPicture painted={pictures && pictures.map(stop, common)} label={`${label} at early stopping`} />
      </td>
      <td class="now">
        <MapPicture
          painted={pictures && pictures.map(now, common)}
          label={`${label} at epoch ${state.epoch}`}
        />
      </td>
      <td>
        <MapPicture
          painted={pictures && pictures.difference(now, stop, common)}
          label={`${label}, difference`}
        />
      </td>
      <td>
        <MapPicture
          painted={pictures && pictures.overlay(now, common, state.overlay)}
          label={`${label} over the image`}
        />
      </td>
      {state.beside.kind !== 'nothing' && (
        <td>
          <Beside now={now} study={study} state={state} pictures={pictures} />
        </td>
      )}
      <Score {...{ method, study, state, openOrigin, place }} />
    </tr>
  );
}

function Beside({
  now,
  study,
  state,
  pictures,
}: Pick<ViewProps, 'study' | 'state' | 'pictures'> & { now: MapAt }) {
  const beside = besideMap(state, study, now);
  if (beside === null) return null;
  if ('none' in beside) return <NoPicture text={beside.none} wide={MAP} />;
  const { label } = study.runs[beside.run]!.methods[beside.method]!;
  return <MapPicture painted={pictures && pictures.map(beside, state.common)} label={`${label}, beside`} />;
}

type ScoreProps = Pick<ViewProps, 'study' | 'state' | 'openOrigin'> & { method: number; place: number };

function Score({ method, study, state, openOrigin, place }: ScoreProps) {
  const run = study.runs[state.run]!;
  const values = run.scores[state.similarity][state.image]![method]!;
  const floor = run.floors[state.similarity][state.image]![method]!;
  const value = values[place]!;
  const origin = originOfScore(study, state, method);
  return (
    <>
      <td class="score">
        <strong>{rounded(value)}</strong>
        {origin && <OriginMark origin={origin} open={openOrigin} />}
        <AgainstFloor value={value} floor={floor} />
      </td>
      <td>
        <ScoreCurve
          {...{ run, values, place, floor }}
          from={Math.min(0, ...values.map((each) => each ?? 0))}
          to={1}
          label={`${run.methods[method]!.label}, score over epochs`}
        />
      </td>
    </>
  );
}

export function AgainstFloor({ value, floor }: { value: Value; floor: Value }) {
  if (floor === null) return <small>no floor: no other seed</small>;
  const above = value !== null && value >= floor;
  return (
    <small>
      floor {rounded(floor)}
      {value !== null && (
        <span class={above ? 'above' : 'below'}>{above ? '▲ above floor' : '▼ below floor'}</span>
      )}
    </small>
  );
}
