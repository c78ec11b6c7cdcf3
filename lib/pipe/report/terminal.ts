import type { createLogUpdate } from 'log-update';
import { newBoard, note } from './board.ts';
import { failureReport } from './failure.ts';
import { frame } from './frame.ts';
import { remoteTroubleText } from './remote.ts';
import { logLines } from './log-lines.ts';
import type { Reporter } from './reporter.ts';
import { drawsLive } from './screen.ts';
import { shown } from './shown.ts';
import { siteText } from './site.ts';
import type { Style } from './style.ts';
import { summary } from './summary.ts';

/** Ten frames a second: as fast as a person can read, and next to nothing for the processor. */
const FRAME_MS = 100;

/** The live display: failures and warnings scroll by, what runs now is redrawn below them. */
export function terminalReporter(
  stream: NodeJS.WriteStream,
  style: Style,
  stageTotals: ReadonlyMap<string, number>,
  verbose = false,
): Reporter {
  const board = newBoard(stageTotals);
  // Loaded with the first frame, so that a run with nothing to do neither waits nor flickers.
  let screen: ReturnType<typeof createLogUpdate> | null = null;
  let drawn = false;
  let stopped = false;
  const draw = (): void => {
    if (screen === null) return;
    const window = { columns: stream.columns, rows: stream.rows };
    screen(shown(frame(board, window, Date.now(), style).join('\n'), true));
    drawn = true;
  };
  const load = async (): Promise<void> => {
    const { createLogUpdate } = await import('log-update');
    if (stopped) return;
    screen = createLogUpdate(stream);
    drawsLive(() => {
      if (drawn) screen?.clear();
    });
  };
  const persist = (lines: readonly string[]): void => {
    if (drawn) screen?.clear();
    stream.write(shown(`${lines.join('\n')}\n`, true));
    if (drawn) draw();
  };
  const loading = setTimeout(() => void load(), FRAME_MS);
  const timer = setInterval(draw, FRAME_MS);
  loading.unref();
  timer.unref();
  const stop = (): void => {
    stopped = true;
    clearTimeout(loading);
    clearInterval(timer);
    drawsLive(null);
    screen?.clear();
    screen?.done();
    screen = null;
    drawn = false;
  };
  return {
    event(event) {
      const failures = board.failures.length;
      note(board, event);
      for (const { task, failure, tail } of board.failures.slice(failures)) {
        persist(failureReport(task, failure, tail, style));
      }
      if (verbose && event.type === 'task-log') persist(logLines(event, style));
      if (event.type === 'task-warning') {
        persist([`${style.colors.yellow('warning')}  ${event.task}: ${event.message}`]);
      }
      if (event.type === 'remote-trouble') {
        persist([`${style.colors.yellow('warning')}  ${remoteTroubleText(event)}`]);
      }
      if (event.type === 'site-note' || event.type === 'job-lost') {
        persist([`${style.colors.yellow('warning')}  ${siteText(event)}`]);
      }
      if (event.type === 'run-finished') {
        stop();
        stream.write(shown(`${summary(board, event, style).join('\n')}\n`, true));
      }
    },
    close: stop,
  };
}
