import type { Command } from 'commander';
import type { Context } from './context.ts';

/** Makes of what a command does what is called for it; that is loaded when it is called. */
export type Action = <A extends unknown[]>(
  load: () => Promise<(context: Context, ...args: A) => Promise<number>>,
) => (...args: [...A, Command]) => Promise<void>;

export function command(root: Command, name: string, summary: string): Command {
  return root.command(name).description(summary).helpOption('-h, --help', 'show this help');
}

export function examples(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([example]) => example.length));
  return `\nExamples:\n${lines.map(([example, meaning]) => `  ${example.padEnd(width)}  ${meaning}`).join('\n')}`;
}
