import { decimal } from '../decimal.ts';
import type { Interval } from '../statistics/interval.ts';

export function rounded(value: number): string {
  return decimal(value, 3);
}

export function ranged({ low, high }: Interval): string {
  return `${rounded(low)} to ${rounded(high)}`;
}

export function percent(value: number): string {
  const hundredths = 100 * value;
  return `${decimal(hundredths, Math.abs(hundredths) < 10 && !Number.isInteger(hundredths) ? 1 : 0)} %`;
}

/** `1 seed`, `3 seeds`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}

/** A table of Markdown: names of columns, `:` behind those that are numbers; rows of cells. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const names = columns.map((column) => column.replace(/:$/, ''));
  const rules = columns.map((column) => (column.endsWith(':') ? '---:' : '---'));
  return [line(names), line(rules), ...rows.map(line)];
}

export function p(value: number): string {
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}
