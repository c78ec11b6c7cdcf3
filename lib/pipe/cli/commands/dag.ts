import { dagDot, dagJson, dagMermaid, dagText } from '../../report/dag.ts';
import { configure } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import type { ConfigurationOptions } from '../options.ts';

export interface DagCommandOptions extends ConfigurationOptions {
  readonly format: 'text' | 'mermaid' | 'dot' | 'json';
  readonly tasks?: true;
}

/** Where the width of the terminal is not known, as in a file. */
const COLUMNS = 100;

/** `pipe dag`. */
export function dag(context: Context, options: DagCommandOptions): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return Promise.resolve(EXIT.mistake);
  const { graph } = configured;
  const tasks = options.tasks === true;
  switch (options.format) {
    case 'text':
      context.out(dagText(graph, { tasks, columns: context.columns ?? COLUMNS, style: context.style }));
      break;
    case 'mermaid':
      context.out(dagMermaid(graph, tasks));
      break;
    case 'dot':
      context.out(dagDot(graph, tasks));
      break;
    case 'json':
      context.out(dagJson(graph, tasks));
      break;
  }
  return Promise.resolve(EXIT.ok);
}
