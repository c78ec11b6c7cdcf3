import { useLayoutEffect, useRef } from 'preact/hooks';
import type { LogLine, TaskRef } from '../protocol.ts';

const SHOWN = 400;

/** The last lines that were printed; it keeps to the end while it is there. */
export function Log({
  lines,
  nameOf,
}: {
  readonly lines: readonly LogLine[];
  readonly nameOf: ((task: TaskRef) => string) | null;
}) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  });
  if (lines.length === 0) return <p class="quiet">nothing was printed</p>;
  return (
    <div
      class="log"
      ref={box}
      role="log"
      aria-live="off"
      tabIndex={0}
      aria-label="what tasks printed"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollTop + clientHeight >= scrollHeight - 24;
      }}
    >
      {lines.slice(-SHOWN).map(({ task, text, error }, index, all) => {
        const again = index > 0 && all[index - 1]!.task === task;
        return (
          <>
            {nameOf !== null && !again && <p class="who">{nameOf(task)}</p>}
            <pre class={error ? 'err' : undefined}>{text}</pre>
          </>
        );
      })}
    </div>
  );
}
