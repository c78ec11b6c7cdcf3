/// <reference lib="dom" />
import { besideName, besideNamed } from './address.ts';
import { similarities, type StudyData } from './data.ts';
import type { State, View } from './state.ts';
import { views } from './state.ts';
import { runLabel } from './written.ts';

interface Props {
  readonly study: StudyData;
  readonly state: State;
  readonly update: (change: Partial<State>) => void;
  readonly setRun: (run: number) => void;
}

const viewWords: Readonly<Record<View, string>> = {
  one: 'one image',
  strip: 'film strip',
  all: 'all images',
};
const similarityWords = { mssim: 'MSSIM', spearman: 'Spearman' } as const;

export function Controls({ study, state, update, setRun }: Props) {
  return (
    <div class="controls">
      <label>
        run{' '}
        <select
          value={state.run}
          onChange={({ currentTarget }) => {
            setRun(Number(currentTarget.value));
          }}
        >
          <RunOptions study={study} />
        </select>
      </label>
      <Choice
        name="view"
        values={views}
        words={viewWords}
        chosen={state.view}
        choose={(view) => {
          update({ view });
        }}
      />
      <Choice
        name="score"
        values={similarities}
        words={similarityWords}
        chosen={state.similarity}
        choose={(similarity) => {
          update({ similarity });
        }}
      />
      <label>
        scale{' '}
        <select
          value={state.common ? 'common' : 'own'}
          onChange={({ currentTarget }) => {
            update({ common: currentTarget.value === 'common' });
          }}
        >
          <option value="own">each map its own</option>
          <option value="common">one for all epochs</option>
        </select>
      </label>
      {state.view === 'all' && <MethodSelect study={study} state={state} update={update} />}
      {state.view === 'one' && (
        <>
          <BesideSelect study={study} state={state} update={update} />
          <label>
            overlay{' '}
            <input
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={state.overlay}
              onInput={({ currentTarget }) => {
                update({ overlay: Number(currentTarget.value) });
              }}
            />
          </label>
        </>
      )}
    </div>
  );
}

type Chosen = Pick<Props, 'study' | 'state' | 'update'>;

function RunOptions({ study }: Pick<Props, 'study'>) {
  return (
    <>
      {study.runs.map((_, at) => (
        <option key={at} value={at}>
          {runLabel(study, at)}
        </option>
      ))}
    </>
  );
}

function MethodSelect({ study, state, update }: Chosen) {
  return (
    <label>
      method{' '}
      <select
        value={state.method}
        onChange={({ currentTarget }) => {
          update({ method: Number(currentTarget.value) });
        }}
      >
        {study.runs[state.run]!.methods.map(({ name, label }, at) => (
          <option key={name} value={at}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function BesideSelect({ study, state, update }: Chosen) {
  const { epochs, methods, stop } = study.runs[state.run]!;
  const named = (kind: 'epoch' | 'run' | 'method', value: number) =>
    besideName({ kind, value }, study, state.run);
  return (
    <label>
      beside{' '}
      <select
        value={besideName(state.beside, study, state.run)}
        onChange={({ currentTarget }) => {
          update({ beside: besideNamed(currentTarget.value, study, state.run) });
        }}
      >
        <option value="">nothing</option>
        <optgroup label="another run">
          {study.runs.map((_, at) =>
            at === state.run ? null : (
              <option key={at} value={named('run', at)}>
                {runLabel(study, at)}
              </option>
            ),
          )}
        </optgroup>
        <optgroup label="another checkpoint">
          {epochs.map((epoch) => (
            <option key={epoch} value={named('epoch', epoch)}>
              epoch {epoch}
              {epoch === stop && ', early stopping'}
            </option>
          ))}
        </optgroup>
        <optgroup label="another method">
          {methods.map(({ name, label }, at) => (
            <option key={name} value={named('method', at)}>
              {label}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly values: readonly T[];
  readonly words: Readonly<Record<T, string>>;
  readonly chosen: T;
  readonly choose: (value: T) => void;
}

/** One of a few, all of them in view. */
export function Choice<T extends string>({ name, values, words, chosen, choose }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend class="unseen">{name}</legend>
      {values.map((value) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === chosen}
            onChange={() => {
              choose(value);
            }}
          />
          <span>{words[value]}</span>
        </label>
      ))}
    </fieldset>
  );
}
