import type { RunView } from '../protocol.ts';
import type { Go } from './place.ts';
import { runText, whenText } from './run-text.ts';
import type { Store } from './store.ts';
import { useAsked } from './use.ts';

/** Runs on record, newest first, each to be played back. */
export function Runs({ store, go }: { readonly store: Store; readonly go: Go }) {
  const { now } = store;
  const asked = useAsked<readonly RunView[]>('runs', {}, JSON.stringify([now?.newest, now?.holder]));
  return (
    <main id="main">
      <h2>Runs</h2>
      {asked.state === 'asking' && <p class="quiet">Reading…</p>}
      {asked.state === 'failed' && <p class="quiet">{asked.why}</p>}
      {asked.state === 'there' && asked.value.length === 0 && <p class="quiet">no runs yet</p>}
      {asked.state === 'there' && asked.value.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="runs">
          <table class="wide">
            <thead>
              <tr>
                <th>started</th>
                <th>outcome</th>
                <th>profile and values</th>
                <th>revision</th>
                <th>jobs</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {asked.value.map((view) => {
                const { run, head, end } = view;
                const going = end === null && now?.holder?.run === run;
                return (
                  <tr>
                    <th scope="row">{head === null ? run : whenText(head.at)}</th>
                    <td>
                      {going ? 'goes on: ' : ''}
                      {runText(view, going)}
                    </td>
                    <td>
                      {head?.experiment != null && <strong>{head.experiment} </strong>}
                      {head?.profile} <code>{head?.set.join(' ')}</code>
                    </td>
                    <td>
                      <code>{head?.revision?.slice(0, 10)}</code>
                    </td>
                    <td>{head?.jobs}</td>
                    <td>
                      <button
                        type="button"
                        onClick={() => go({ view: 'stages', looked: { kind: 'run', run }, task: null })}
                      >
                        Look
                        <span class="unseen"> at the run of {head === null ? run : whenText(head.at)}</span>
                      </button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}
