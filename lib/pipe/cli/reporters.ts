import { jsonReporter } from '../report/json.ts';
import { plainReporter, type PlainReporter } from '../report/plain.ts';
import type { Reporter } from '../report/reporter.ts';
import type { Context } from './context.ts';

/** How a run is shown: as events, as plain lines, or redrawn on a terminal, which wants to know how many tasks each stage has. */
export async function reporterFor(
  context: Context,
  { json, verbose }: { readonly json?: true; readonly verbose?: true },
  stageTotals: () => ReadonlyMap<string, number>,
): Promise<Reporter> {
  if (json === true) return jsonReporter(context.out);
  if (!context.live) return beating(plainReporter(context.out, context.style, verbose));
  const { terminalReporter } = await import('../report/terminal.ts');
  return terminalReporter(process.stdout, context.style, stageTotals(), verbose);
}

const BEAT = 5_000;

/** Events come when something happens; of tasks that are silent somebody has to think. */
function beating(reporter: PlainReporter): Reporter {
  const beat = setInterval(() => {
    reporter.alive(Date.now());
  }, BEAT).unref();
  return {
    event: (event) => {
      reporter.event(event);
    },
    close() {
      clearInterval(beat);
      reporter.close();
    },
  };
}
