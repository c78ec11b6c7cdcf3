import type { FigureView, PlotName } from '../views.ts';
import { Previewed } from './artifacts.tsx';
import type { Go } from './place.ts';
import type { Store } from './store.ts';
import { Plots } from './plots.tsx';
import { useAsked } from './use.ts';

/** What it was all for: tables that stages have drawn, figures and pages. */
export function Results({ store, go }: { readonly store: Store; readonly go: Go }) {
  const { run, pipeline } = store;
  const query = run === null ? { profile: pipeline?.profile } : { run: run.run };
  const key = JSON.stringify([query, store.now?.stamp]);
  const asked = useAsked<readonly FigureView[]>('figures', query, key);
  const plots = useAsked<readonly PlotName[]>('plots', query, key);
  const none = plots.state === 'there' && plots.value.length === 0;
  return (
    <main id="main">
      <h2>Results</h2>
      {asked.state === 'asking' && <p class="quiet">Reading…</p>}
      {asked.state === 'failed' && <p class="quiet">{asked.why}</p>}
      {asked.state === 'there' && asked.value.length === 0 && none && (
        <p class="quiet">No task has made a figure or a page yet that is there to be looked at.</p>
      )}
      <div class="gallery">
        {plots.state === 'there' && <Plots names={plots.value} query={query} stamp={key} go={go} />}
        {asked.state === 'there' &&
          asked.value.map(({ task, path, digest, tree, file }) => (
            <section class="result" key={path}>
              <h3>{path}</h3>
              <Previewed {...{ path, digest, tree, file }} />
              <p>
                made by{' '}
                <button type="button" class="plain" onClick={() => go({ view: 'stages', task })}>
                  {task}
                </button>
              </p>
            </section>
          ))}
      </div>
    </main>
  );
}
