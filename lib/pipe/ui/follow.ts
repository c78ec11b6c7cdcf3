import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pageEvent } from './page-event.ts';
import type { FollowLine, PageEvent } from './protocol.ts';
import type { Site } from './site.ts';
import { readFrom } from './tail.ts';

/** Milliseconds between looks at the file of events, and at all else. */
const LOOK = 100;
const LOOK_AROUND = 500;
/** The page knows by it that the server lives. */
const BEAT = 5000;
/** Lines and points of a curve that one look sends at most: more than can be read. */
const MOST_LINES = 300;
const MOST_POINTS = 300;

/**
 * Sends what is added to a run's events from a byte on, and what else changes, as lines of JSON, until the page
 * goes away. `pipeline` numbers the tasks.
 */
export async function follow(
  site: Site,
  {
    run,
    from,
    numbers,
  }: { run: string | null; from: number; numbers: ReadonlyMap<string, { index: number }> },
  response: ServerResponse,
): Promise<void> {
  const file = run === null ? null : site.runs.file(run);
  let offset = from;
  let said = '';
  let [lookedAround, beat] = [0, 0];
  const send = async (line: FollowLine): Promise<void> => {
    // Whoever reads slowly is sent the next piece when it has this one.
    if (!response.write(`${JSON.stringify(line)}\n`))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  };
  while (!response.destroyed && !site.closed) {
    const piece = file === null ? null : readFrom(file, offset);
    if (piece !== null && piece.offset > offset) {
      offset = piece.offset;
      const events = piece.events.flatMap(
        (event) => pageEvent(event, (id) => numbers.get(id)?.index ?? id) ?? [],
      );
      await send({ kind: 'events', run: run!, offset, events: bounded(events) });
    }
    const now = Date.now();
    if (now - lookedAround >= LOOK_AROUND) {
      lookedAround = now;
      const line = site.now();
      const text = JSON.stringify(line);
      if (text !== said || now - beat >= BEAT) {
        [said, beat] = [text, now];
        await send(line);
      }
    }
    if (piece === null || piece.events.length === 0) await sleep(LOOK);
  }
}

/** Without lines and points that would be out of sight before anybody saw them. */
function bounded(events: readonly PageEvent[]): PageEvent[] {
  let [lines, points] = [0, 0];
  const kept: PageEvent[] = [];
  for (const event of events.toReversed()) {
    if (event.type === 'log' && ++lines > MOST_LINES) continue;
    if (event.type === 'progress' && ++points > MOST_POINTS) continue;
    kept.push(event);
  }
  return kept.reverse();
}
