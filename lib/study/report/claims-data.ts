import type { ArrowTable } from 'pipewright/arrow';
import type { ClaimData, StatisticData } from './page/data.ts';

/** The table of claims as the page has it: each claim with its statistics. */
export function claimsOf(table: ArrowTable): ClaimData[] {
  const [numbers, texts] = [cached((name) => table.numbers(name)), cached((name) => table.strings(name))];
  const primary = table.booleans('primary');
  const found = new Map<string, ClaimData & { readonly statistics: StatisticData[] }>();
  for (let row = 0; row < table.rows; row += 1) {
    const text = (name: string): string => texts(name)[row] ?? '';
    const id = text('id');
    const claim = found.get(id) ?? {
      ...{ id, number: numbers('claim')[row]!, text: text('text'), measured: text('measured') },
      ...{ figure: text('figure'), statistics: [] },
    };
    found.set(id, claim);
    claim.statistics.push({
      variant: text('variant'),
      statistic: text('statistic'),
      primary: primary[row] === true,
      rule: texts('rule')[row] ?? null,
      direction: texts('direction')[row] ?? null,
      margin: numbers('margin')[row] ?? null,
      value: numbers('value')[row] ?? null,
      low: numbers('low')[row] ?? null,
      high: numbers('high')[row] ?? null,
      p: numbers('p')[row] ?? null,
      seeds: numbers('seeds')[row] ?? 0,
      images: numbers('images')[row] ?? 0,
      verdict: texts('verdict')[row] ?? null,
      open: texts('open')[row] ?? null,
      needed: numbers('seeds_needed')[row] ?? null,
    });
  }
  return [...found.values()];
}

function cached<T>(read: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const found = known.get(name) ?? read(name);
    known.set(name, found);
    return found;
  };
}
