import type { StudyData } from './data.ts';
import { quoted } from './command.ts';
import { MarkSign } from './origin.tsx';
import { type Record, revisionText } from './record.ts';
import { Times } from './times.tsx';

/** Where all of it comes from, and how to make it again. */
export function Made({ study, record }: { study: StudyData; record: Record | null }) {
  const sources = Object.values(study.sources).filter((source) => source !== undefined);
  const besides = study.options === '' ? '' : ` ${study.options}`;
  return (
    <section aria-labelledby="made">
      <h2 id="made">How it was made</h2>
      <p>
        All of it is the output of one pipeline: <code>npx pipe run{besides}</code> makes this page again,
        byte for byte. The mark <MarkSign /> beside a number opens the task that made it, the digest of its
        file, and the command that makes and prints it again. <code>npx pipe why TASK</code> says why a task
        ran last.
      </p>
      {record === null ? (
        <p>
          How long it took is no part of that: times differ from run to run, and these bytes do not.{' '}
          <code>npx pipe publish{besides}</code> writes a copy of this page to be handed on, in which the time
          of every stage, the fingerprint of every task and the revision stand as well.
        </p>
      ) : (
        <>
          <p>
            Recorded when this copy was written, by <code>npx pipe publish{besides}</code>
            {record.revision !== null && (
              <>
                , at revision <code>{revisionText(record)}</code>
                {record.revision.dirty === true && ', with changes that were not committed'}
              </>
            )}
            , pipe {record.engine}.
          </p>
          <Times record={record} />
        </>
      )}
      <details>
        <summary>Parameters</summary>
        {study.parameters.map(({ stage, text }) => (
          <div key={stage}>
            <h3>{stage}</h3>
            <pre tabIndex={0} aria-label={`parameters of ${stage}`}>
              {text}
            </pre>
          </div>
        ))}
      </details>
      <details>
        <summary>The {sources.length} files that its numbers come from</summary>
        <div class="wide" tabIndex={0} role="region" aria-label="files">
          <table>
            <thead>
              <tr>
                <th scope="col">task</th>
                <th scope="col">SHA-256 of its file</th>
                <th scope="col">look at it</th>
              </tr>
            </thead>
            <tbody>
              {sources.map(({ task, artifact, digest }) => (
                <tr key={artifact}>
                  <td>{task}</td>
                  <td>
                    <code class="digest">{digest}</code>
                  </td>
                  <td>
                    <code>
                      npx pipe show {quoted(artifact)}
                      {besides}
                    </code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
