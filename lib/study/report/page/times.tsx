import { useState } from 'preact/hooks';
import { type Record, timeText } from './record.ts';

/** Where the time went, and what the lock says of each task. */
export function Times({ record }: { record: Record }) {
  const { stages, ms, untimed, tasks } = record;
  const most = Math.max(1, ...stages.map((stage) => stage.ms));
  return (
    <>
      <h3>Time by stage</h3>
      <p class="note">
        {timeText(ms)} of work in {tasks.length} tasks, as each took when it was computed
        {untimed > 0 && `; of ${untimed} no time is on record`}.
      </p>
      <div class="wide" tabIndex={0} role="region" aria-label="time by stage">
        <table class="times">
          <thead>
            <tr>
              <th scope="col">stage</th>
              <th scope="col">tasks</th>
              <th scope="col">together</th>
              <th scope="col">longest</th>
              <th scope="col">
                <span class="unseen">share</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {stages.map((stage) => (
              <tr key={stage.stage}>
                <th scope="row">
                  {stage.stage} <small>{stage.title}</small>
                </th>
                <td>{stage.tasks}</td>
                <td>{timeText(stage.ms)}</td>
                <td>{timeText(stage.longest)}</td>
                <td>
                  <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={(100 * stage.ms) / most} height={8} />
                  </svg>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Fingerprints record={record} />
    </>
  );
}

function Fingerprints({ record: { tasks } }: { record: Record }) {
  const [wanted, setWanted] = useState('');
  const found = tasks.filter(({ task }) => wanted.split(/[\s,]+/).every((word) => task.includes(word)));
  return (
    <details>
      <summary>The lock: fingerprints of {tasks.length} tasks</summary>
      <p>
        A fingerprint is the digest of all that decides a task’s bytes: code, parameters, inputs, libraries.
        The same pipeline has the same ones, wherever it runs.
      </p>
      <p>
        <label>
          find tasks{' '}
          <input
            type="search"
            value={wanted}
            placeholder="score seed=0"
            onInput={({ currentTarget }) => {
              setWanted(currentTarget.value);
            }}
          />
        </label>{' '}
        <span class="note">{found.length} of them</span>
      </p>
      <div class="wide tall" tabIndex={0} role="region" aria-label="fingerprints">
        <table>
          <thead>
            <tr>
              <th scope="col">task</th>
              <th scope="col">fingerprint</th>
              <th scope="col">took</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ task, fingerprint, ms }) => (
              <tr key={task}>
                <td>{task}</td>
                <td>
                  <code class="digest">{fingerprint.replace('sha256:', '')}</code>
                </td>
                <td>{ms === null ? 'not known' : timeText(ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
