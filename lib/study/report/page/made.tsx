import type { StudyData } from './data.ts';
import { quoted } from './command.ts';
import { MarkSign } from './origin.tsx';

/** Where all of it comes from, and how to make it again. */
export function Made({ study }: { study: StudyData }) {
  const sources = Object.values(study.sources).filter((source) => source !== undefined);
  const besides = study.options === '' ? '' : ` ${study.options}`;
  return (
    <section aria-labelledby="made">
      <h2 id="made">How it was made</h2>
      <p>
        All of it is the output of one pipeline: <code>npx pipe run{besides}</code> makes this page again,
        byte for byte. The mark <MarkSign /> beside a number opens the task that made it, the digest of its
        file, and the command that makes and prints it again. <code>npx pipe why TASK</code> says why a task
        ran last, and <code>npx pipe log last</code> how long each took; <code>pipe.lock</code> has the
        fingerprint of every task.
      </p>
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
