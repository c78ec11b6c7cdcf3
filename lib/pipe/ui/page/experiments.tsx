import type { TableView } from '../protocol.ts';
import type { Store } from './store.ts';
import { useAsked } from './use.ts';

/** Runs beside one another: what was set, and what came out. */
export function Experiments({ store }: { readonly store: Store }) {
  const asked = useAsked<TableView>('table', {}, JSON.stringify([store.now?.newest, store.now?.stamp]));
  return (
    <main id="main">
      <h2>Experiments</h2>
      {asked.state === 'asking' && <p class="quiet">Reading…</p>}
      {asked.state === 'failed' && <p class="quiet">{asked.why}</p>}
      {asked.state === 'there' && asked.value.rows.length === 0 && (
        <p class="quiet">No run is on record that could be compared.</p>
      )}
      {asked.state === 'there' && asked.value.rows.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="experiments">
          <table class="wide">
            <thead>
              <tr>
                {asked.value.columns.map((name) => (
                  <th>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {asked.value.rows.map((row) => (
                <tr>
                  {row.map((cell) => (
                    <td>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}
