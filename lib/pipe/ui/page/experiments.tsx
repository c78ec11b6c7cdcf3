import { useState } from 'preact/hooks';
import type { ComparisonView } from '../views.ts';
import { addressOf } from './client.ts';
import { arranged, type Order } from './arranged.ts';
import type { Store } from './store.ts';
import { useAsked } from './use.ts';

/** Experiments side by side: what was set, and what came out; the same as `pipe table`. */
export function Experiments({ store }: { readonly store: Store }) {
  const [baseline, setBaseline] = useState<string | null>(null);
  const profile = store.pipeline?.profile;
  const key = JSON.stringify([profile, baseline, store.now?.newest, store.now?.holder, store.now?.stamp]);
  const asked = useAsked<ComparisonView>('table', { profile, baseline }, key);
  return (
    <main id="main">
      <h2>Experiments</h2>
      {asked.state === 'asking' && <p class="quiet">Reading…</p>}
      {asked.state === 'failed' && <p class="quiet">{asked.why}</p>}
      {asked.state === 'there' && asked.value.rows.length === 0 && (
        <p class="quiet">
          There are no experiments yet. A run that is given a name is one:{' '}
          <code>pipe run --as NAME --set …</code>, or Run… here; <code>pipe sweep</code> makes many.
        </p>
      )}
      {asked.state === 'there' && asked.value.rows.length > 0 && (
        <Compared view={asked.value} profile={profile ?? 'default'} baseline={baseline} pin={setBaseline} />
      )}
    </main>
  );
}

interface Props {
  readonly view: ComparisonView;
  readonly profile: string;
  readonly baseline: string | null;
  readonly pin: (name: string | null) => void;
}

function Compared({ view, profile, baseline, pin }: Props) {
  const [order, setOrder] = useState<Order | null>(null);
  const [wanted, setWanted] = useState('');
  const rows = arranged(view, wanted, order);
  const states = view.rows.some(({ state }) => state !== 'finished');
  const many = view.rows.some(({ members }) => members.length > 1);
  const head = (kind: Order['kind'], index: number, text: string) => {
    const mine = order?.kind === kind && order.index === index;
    return (
      <th
        class={kind === 'metric' ? 'number' : undefined}
        aria-sort={mine ? (order.down ? 'descending' : 'ascending') : undefined}
      >
        <button
          type="button"
          class="plain"
          onClick={() => setOrder(mine && order.down ? null : { kind, index, down: mine })}
        >
          {text}
          <span aria-hidden="true">{mine ? (order.down ? ' ↓' : ' ↑') : ''}</span>
        </button>
      </th>
    );
  };
  return (
    <>
      <div class="tools">
        <input
          type="search"
          aria-label="find experiments"
          placeholder="Find: rate=0.1"
          value={wanted}
          onInput={({ currentTarget }) => setWanted(currentTarget.value)}
        />
        <a href={addressOf('csv', { profile, baseline })} download="experiments.csv">
          CSV
        </a>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="experiments">
        <table>
          <thead>
            <tr>
              <th>compare with</th>
              {head('name', 0, 'experiment')}
              {states && <th>state</th>}
              {many && <th>n</th>}
              {view.params.map(({ name }, index) => head('param', index, name))}
              {view.metrics.map((name, index) => head('metric', index, name))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, state, members, params, texts }) => (
              <tr key={name} class={name === baseline ? 'pinned' : undefined}>
                <td>
                  <button
                    type="button"
                    aria-pressed={name === baseline}
                    onClick={() => pin(name === baseline ? null : name)}
                  >
                    {name === baseline ? 'Pinned' : 'Pin'}
                    <span class="unseen"> {name}</span>
                  </button>
                </td>
                <th scope="row" title={members.join(', ')}>
                  {name}
                </th>
                {states && <td>{state}</td>}
                {many && <td>{members.length}</td>}
                {params.map((text) => (
                  <td>{text}</td>
                ))}
                {texts.map((text) => (
                  <td class="number">{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
