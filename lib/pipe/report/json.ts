import type { Reporter, Write } from './reporter.ts';

/** One event a line, as JSON: see docs/events.md. */
export function jsonReporter(write: Write): Reporter {
  return {
    event(event) {
      write(`${JSON.stringify(event)}\n`);
    },
    close() {
      // Every line is already written.
    },
  };
}
