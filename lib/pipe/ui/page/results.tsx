import type { FigureView } from '../protocol.ts';
import { Previewed } from './artifacts.tsx';
import type { Go } from './place.ts';
import type { Store } from './store.ts';
import { useAsked } from './use.ts';

/** Figures and pages at the end of the pipeline: what it was all for. */
export function Results({ store, go }: { readonly store: Store; readonly go: Go }) {
  const { run, pipeline } = store;
  const query = run === null ? { profile: pipeline?.profile } : { run: run.run };
  const key = JSON.stringify([query, store.now?.stamp]);
  const asked = useAsked<readonly FigureView[]>('figures', query, key);
  return (
    <main id="main">
      <h2>Results</h2>
      {asked.state === 'asking' && <p class="quiet">Reading…</p>}
      {asked.state === 'failed' && <p class="quiet">{asked.why}</p>}
      {asked.state === 'there' && asked.value.length === 0 && (
        <p class="quiet">No task at the end of this pipeline has made a figure or a page yet.</p>
      )}
      <div class="gallery">
        {asked.state === 'there' &&
          asked.value.map(({ task, path, digest }) => (
            <section class="result" key={path}>
              <h3>{path}</h3>
              <Previewed path={path} digest={digest} />
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
