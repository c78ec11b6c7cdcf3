/// <reference lib="dom" />
import { useEffect, useRef, useState } from 'preact/hooks';
import { quoted } from './command.ts';
import type { StudyData } from './data.ts';
import { type Record, timeText } from './record.ts';

/** A number of the page, and where it stands in which file. */
export interface Origin {
  readonly what: string;
  readonly value: string;
  /** Name of the file among the study's sources. */
  readonly source: string;
  /** The row, by values of columns, and the columns to look at. */
  readonly where: readonly (readonly [column: string, value: string])[];
  readonly columns: readonly string[];
}

/** The command that makes a number again and prints it; null where its file is not known. */
export function commandOf(
  { source, where, columns }: Origin,
  { sources, options }: StudyData,
): string | null {
  const file = sources[source];
  if (!file) return null;
  const besides = options === '' ? '' : ` ${options}`;
  const rows = where.map(([column, value]) => ` --where ${quoted(`${column}=${value}`)}`).join('');
  return [
    `npx pipe run ${quoted(file.task)} --only --force${besides}`,
    `npx pipe show ${quoted(file.artifact)}${rows} --columns ${columns.join(',')}${besides}`,
  ].join(' && ');
}

/** A file that comes from a task. */
export function MarkSign() {
  return (
    <svg class="sign" viewBox="0 0 14 14" width={13} height={13} aria-hidden="true">
      <circle cx={3} cy={7} r={2.2} />
      <path d="M5.2 7H8" />
      <rect x={8} y={4.5} width={5} height={5} />
    </svg>
  );
}

/** Beside a number: opens what made it. */
export function OriginMark({ origin, open }: { origin: Origin; open: (origin: Origin) => void }) {
  return (
    <button
      type="button"
      class="mark"
      aria-label={`how ${origin.what} was made`}
      title="how this number was made"
      onClick={() => {
        open(origin);
      }}
    >
      <MarkSign />
    </button>
  );
}

export function OriginDialog({
  origin,
  study,
  record,
  close,
}: {
  origin: Origin | null;
  study: StudyData;
  record: Record | null;
  close: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    setCopied(false);
    if (origin) dialog.current?.showModal();
    else dialog.current?.close();
  }, [origin]);
  const file = origin && study.sources[origin.source];
  const command = origin && commandOf(origin, study);
  const recorded = record?.tasks.find(({ task }) => task === file?.task);
  return (
    <dialog ref={dialog} class="origin" aria-labelledby="origin-title" onClose={close}>
      <h2 id="origin-title">How this number was made</h2>
      {origin && (
        <dl>
          <dt>number</dt>
          <dd>
            {origin.what}: <strong>{origin.value}</strong>
          </dd>
          <dt>task</dt>
          <dd>
            <code>{file?.task ?? 'not known'}</code>
          </dd>
          <dt>digest of its file</dt>
          <dd>
            <code class="digest">{file?.digest ?? 'not known'}</code>
          </dd>
          {recorded !== undefined && (
            <>
              <dt>fingerprint</dt>
              <dd>
                <code class="digest">{recorded.fingerprint.replace('sha256:', '')}</code>
              </dd>
              {recorded.ms !== null && (
                <>
                  <dt>took</dt>
                  <dd>{timeText(recorded.ms)}</dd>
                </>
              )}
            </>
          )}
          <dt>again</dt>
          <dd>
            <code class="command">{command}</code>
          </dd>
        </dl>
      )}
      <p class="actions">
        <button
          type="button"
          onClick={() => {
            void navigator.clipboard.writeText(command ?? '').then(() => {
              setCopied(true);
            });
          }}
        >
          {copied ? 'copied' : 'copy the command'}
        </button>
        <button type="button" onClick={close}>
          close
        </button>
      </p>
    </dialog>
  );
}
