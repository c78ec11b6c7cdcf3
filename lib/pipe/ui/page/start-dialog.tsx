import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import type { StartRequest } from '../protocol.ts';
import { post } from './client.ts';
import type { Store } from './store.ts';

/** Runs these, with the values that are looked at. */
export function startNow(store: Store, patterns: readonly string[], options: Partial<StartRequest>): void {
  const { profile = 'default', set = [], experiment = null } = store.pipeline ?? {};
  const request: StartRequest = {
    patterns,
    force: false,
    only: false,
    downstream: false,
    keepGoing: false,
    profile,
    set,
    experiment,
    ...options,
  };
  void post('start', request).then((error) => store.say(error));
}

/** What to run, in the words of the command line. */
export function StartDialog({
  dialog,
  store,
}: {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly store: Store;
}) {
  const { pipeline } = store;
  const [what, setWhat] = useState('');
  const [set, setSet] = useState('');
  const [name, setName] = useState('');
  const [profile, setProfile] = useState<string | null>(null);
  const [flags, setFlags] = useState({ force: false, only: false, keepGoing: false });
  const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
  const lines = set.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const chosen = profile ?? pipeline?.profile ?? 'default';
  const start = (event: Event): void => {
    event.preventDefault();
    dialog.current!.close();
    startNow(store, words(what), {
      ...flags,
      profile: chosen,
      set: lines,
      experiment: name.trim() === '' ? null : name.trim(),
    });
  };
  const flag = (name: keyof typeof flags, text: string) => (
    <label class="check">
      <input
        type="checkbox"
        checked={flags[name]}
        onChange={({ currentTarget }) => setFlags({ ...flags, [name]: currentTarget.checked })}
      />
      {text}
    </label>
  );
  return (
    <dialog ref={dialog} aria-labelledby="start-title">
      <form onSubmit={start}>
        <h2 id="start-title">Run</h2>
        <label>
          Stages or tasks, with what they need; none is all
          <input
            type="text"
            value={what}
            placeholder="score attribute@epoch=50"
            onInput={({ currentTarget }) => setWhat(currentTarget.value)}
          />
        </label>
        {(pipeline?.profiles.length ?? 0) > 1 && (
          <label>
            Profile
            <select value={chosen} onChange={({ currentTarget }) => setProfile(currentTarget.value)}>
              {pipeline!.profiles.map((name) => (
                <option value={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        <label>
          Other values for this run, one a line
          <textarea
            rows={3}
            value={set}
            placeholder="params.train.epochs=5"
            onInput={({ currentTarget }) => setSet(currentTarget.value)}
          />
        </label>
        <label>
          Name of the experiment that it is; none is the project itself
          <input
            type="text"
            value={name}
            placeholder="low-rate"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <fieldset>
          <legend>How</legend>
          {flag('force', 'even what is up to date')}
          {flag('only', 'only the tasks named, without what they need')}
          {flag('keepGoing', 'after a failure, go on with what does not depend on it')}
        </fieldset>
        <div class="actions">
          <button type="button" onClick={() => dialog.current!.close()}>
            Not now
          </button>
          <button type="submit" class="main">
            Run
          </button>
        </div>
      </form>
    </dialog>
  );
}
