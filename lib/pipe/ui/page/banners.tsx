import { useState } from 'preact/hooks';
import { post } from './client.ts';
import type { Store } from './store.ts';

/** The exit status of a run that was told to end. */
const CANCELLED = 130;

/** What somebody has to know before anything else. */
export function Banners({ store }: { readonly store: Store }) {
  const { pipeline, plan, started, holder, lostSince, refused, said } = store;
  const [seen, setSeen] = useState<number | null>(null);
  const failed =
    started?.state === 'ended' &&
    started.status !== 0 &&
    started.status !== CANCELLED &&
    started.said !== '' &&
    seen !== started.pid;
  return (
    <div class="banners" role="status">
      {lostSince !== null && (
        <p class="banner warn">
          {refused === null
            ? `The server has not answered since ${new Date(lostSince).toLocaleTimeString()}. This page goes on when \`pipe ui\` runs again.`
            : `The server refuses this page: ${refused}. \`pipe ui\` prints its address.`}
        </p>
      )}
      {pipeline?.problem != null && (
        <div class="banner bad">
          <p>pipeline.yaml cannot be read as it is:</p>
          <pre tabIndex={0}>{pipeline.problem}</pre>
        </div>
      )}
      {plan !== null && plan.issues !== '' && (
        <div class="banner bad">
          <p>A run would not start:</p>
          <pre tabIndex={0}>{plan.issues}</pre>
        </div>
      )}
      {failed && (
        <div class="banner bad">
          <p>
            <code>{started.command}</code> ended{' '}
            {started.status === null ? 'by a signal' : `with exit status ${started.status}`}:
          </p>
          <pre tabIndex={0}>{started.said}</pre>
          <button type="button" onClick={() => setSeen(started.pid)}>
            Close
          </button>
        </div>
      )}
      {started?.state === 'starting' && (
        <p class="banner">
          <code>{started.command}</code>{' '}
          {holder === null ? 'looks at the project.' : 'waits for the run that goes on to end.'}{' '}
          <button
            type="button"
            onClick={() => void post('stop', { pid: started.pid }).then((error) => store.say(error))}
          >
            Do not run it
          </button>
        </p>
      )}
      {said !== null && (
        <p class="banner warn">
          {said}{' '}
          <button type="button" onClick={() => store.say(null)}>
            Close
          </button>
        </p>
      )}
    </div>
  );
}
