import { count } from '../../report/quantity.ts';
import { metricCsv, metricJson, metricLines, metricMarkdown } from '../../report/metrics.ts';
import { openEngine } from '../../run/session.ts';
import { builtBy, type BuiltOptions } from '../built.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { chosen } from '../selection.ts';
import { declaresMetrics, taskMetrics } from '../view/task-metrics.ts';

export interface FormatOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly markdown?: true;
}

/** `pipe metrics`: the numbers that stages declare, task by task. */
export async function metrics(
  context: Context,
  patterns: readonly string[],
  options: BuiltOptions & FormatOptions,
): Promise<number> {
  const built = builtBy(context, options);
  if (built === null) return EXIT.mistake;
  const { configured, lock } = built;
  if (!oneFormat(context, options)) return EXIT.mistake;
  const selected = chosen(context, configured, patterns, patterns.length === 0 ? {} : { only: true });
  if (selected === null) return EXIT.mistake;
  const { directory, graph } = configured;
  if (!declaresMetrics(graph)) {
    const hint = 'name outputs with numbers in a stage: `metrics: [scores]`';
    return mistake(context, 'no stage declares `metrics`', hint);
  }
  const tasks = graph.tasks.filter(({ index }) => selected.selection.has(index));
  const { blobs } = openEngine(directory);
  const { rows, notes, gone } = await taskMetrics(tasks, lock, blobs);
  if (options.json === true) context.out(`${JSON.stringify(metricJson(rows))}\n`);
  else {
    const print = options.csv === true ? metricCsv : options.markdown === true ? metricMarkdown : metricLines;
    for (const line of print(rows)) context.out(`${line}\n`);
  }
  for (const note of notes) context.err(`note: ${note}\n`);
  if (gone > 0) context.err(`note: the store no longer has ${count(gone, 'file')} of these\n`);
  if (rows.length === 0 && gone === 0) context.err('note: none of these was built yet: `pipe run`\n');
  return EXIT.ok;
}

/** False after saying that there is more than one. */
export function oneFormat(context: Context, { json, csv, markdown }: FormatOptions): boolean {
  const given = Object.entries({ '--json': json, '--csv': csv, '--markdown': markdown }).filter(
    ([, set]) => set === true,
  );
  if (given.length < 2) return true;
  mistake(context, `${given.map(([name]) => name).join(' and ')} do not go together`);
  return false;
}
