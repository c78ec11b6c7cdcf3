import { useState } from 'preact/hooks';
import { bytes } from '../../report/quantity.ts';
import type { OutputView, Preview } from '../views.ts';
import { addressOf } from './client.ts';
import { Table } from './table.tsx';
import { useAsked } from './use.ts';

/** What a task makes, each to be opened and looked at. `soon`: the run that made it has yet to write its lock. */
export function Artifacts({
  outputs,
  soon = false,
}: {
  readonly outputs: readonly OutputView[];
  readonly soon?: boolean;
}) {
  if (outputs.length === 0) return null;
  return (
    <section>
      <h3>Artifacts</h3>
      <ul class="artifacts">
        {outputs.map(({ name, path, digest, size, files }) =>
          digest === null ? (
            <li class="quiet">
              {name}: {soon ? `made, in ${path}; the run has yet to note it` : 'not made yet'}
            </li>
          ) : files === null ? (
            <Artifact key={digest} title={name} path={path} digest={digest} size={size} />
          ) : (
            files.map((file) => (
              <Artifact
                key={file.path}
                title={`${name}/${file.path}`}
                path={file.path}
                digest={file.digest}
                size={file.size}
                tree={digest}
              />
            ))
          ),
        )}
      </ul>
    </section>
  );
}

interface ArtifactProps {
  readonly title: string;
  readonly path: string;
  readonly digest: string;
  readonly size: number | null;
  /** The directory that it is a file of. */
  readonly tree?: string;
}

function Artifact({ title, path, digest, size, tree }: ArtifactProps) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <button type="button" class="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        {title}
      </button>{' '}
      <span class="quiet">{size === null ? 'no longer in the store' : bytes(size)}</span>{' '}
      {size !== null && (
        <a href={addressOf('download', { digest, name: path })} download="">
          Download<span class="unseen"> {title}</span>
        </a>
      )}
      {open && <Previewed path={path} digest={digest} tree={tree} />}
    </li>
  );
}

/** The content of an artifact, as its kind is looked at. */
export function Previewed({
  path,
  digest,
  tree,
  file = path,
}: {
  readonly path: string;
  readonly digest: string;
  readonly tree?: string | undefined;
  /** Its path in the directory. */
  readonly file?: string | undefined;
}) {
  const query = { digest, name: path, ...(tree !== undefined && { tree, path: file }) };
  const asked = useAsked<Preview>('preview', query, digest + path);
  if (asked.state === 'asking') return <p class="quiet">Reading…</p>;
  if (asked.state === 'failed') return <p class="quiet">{asked.why}</p>;
  const preview = asked.value;
  switch (preview.kind) {
    case 'image':
      return <img class="figure" src={addressOf('image', { digest, name: path })} alt={path} />;
    case 'page':
      return (
        <iframe
          class="framed"
          title={path}
          src={preview.address}
          sandbox="allow-scripts"
          referrerpolicy="no-referrer"
        />
      );
    case 'text':
      return (
        <pre class="text" tabIndex={0}>
          {preview.text}
          {preview.cut && '\n… the rest is in the file'}
        </pre>
      );
    case 'table':
      return <Table digest={digest} name={path} table={preview} />;
    case 'none':
      return <p class="quiet">{preview.why}</p>;
  }
}
