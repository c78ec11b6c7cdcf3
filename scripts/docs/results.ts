import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readArrow } from '../../lib/pipe/arrow/index.ts';
import { ranged, rounded, table } from '../../lib/study/claims/written.ts';

/**
 * A page with its tables of results as the files beside it have them. A comment says what the table behind it is of:
 *
 *     <!-- claims: decayed = results/decayed.arrow; constant = results/both.arrow recipe=constant, augment=true -->
 *     <!-- table of results/both.md: recipe=constant, augment=true, MSSIM -->
 *
 * The first is a row for each claim, with its primary statistic in each table of claims, of the runs that are named where
 * several decide; the second the table behind the line that begins so.
 */
export async function withResults(path: string): Promise<string> {
  const page = readFileSync(path, 'utf8');
  const beside = (file: string): string => join(dirname(path), file);
  const parts = page.split(/^(<!-- (?:claims:|table of ).*-->)\n\n(?:\|.*\n)+/m);
  const whole: string[] = [];
  for (const [at, part] of parts.entries()) {
    if (at % 2 === 0) whole.push(part);
    else whole.push(`${part}\n\n${(await tableOf(part, beside)).join('\n')}\n`);
  }
  return await format(whole.join(''), { ...(await resolveConfig(path)), parser: 'markdown' });
}

async function tableOf(comment: string, beside: (file: string) => string): Promise<readonly string[]> {
  const copied = /^<!-- table of (\S+): (.*) -->$/.exec(comment);
  if (copied) return tableBehind(readFileSync(beside(copied[1]!), 'utf8'), copied[2]!);
  const columns = /^<!-- claims: (.*) -->$/
    .exec(comment)![1]!
    .split('; ')
    .map((column) => {
      const [, title, file, runs = ''] = /^(.*?) = (\S+)(?: (.*))?$/.exec(column)!;
      return { title: title!, file: beside(file!), runs };
    });
  const found = await Promise.all(columns.map(({ file, runs }) => primaryOf(file, runs)));
  const rows = [...found[0]!].map(([claim, { text, asked }]) => [
    `${claim}. ${text}`,
    asked,
    ...found.map((claims) => claims.get(claim)?.found ?? ''),
  ]);
  return table(['claim', 'holds if', ...columns.map(({ title }) => title)], rows);
}

interface Primary {
  readonly text: string;
  readonly asked: string;
  readonly found: string;
}

/** What a table of claims says of each, by its number; of those runs where it says it of several. */
async function primaryOf(file: string, runs: string): Promise<ReadonlyMap<number, Primary>> {
  const claims = await readArrow(file);
  const [claim, value] = [claims.numbers('claim'), claims.numbers('value')];
  const [low, high] = [claims.numbers('low'), claims.numbers('high')];
  const [text, variant] = [claims.strings('text'), claims.strings('variant')];
  const [statistic, rule, verdict] = [
    claims.strings('statistic'),
    claims.strings('rule'),
    claims.strings('verdict'),
  ];
  const found = new Map<number, Primary>();
  for (const [row, primary] of claims.booleans('primary').entries()) {
    if (primary !== true || !isOf(variant[row]!, runs)) continue;
    const number = claim[row]!;
    if (found.has(number)) throw new Error(`${file} has several primary statistics of ${runs || 'all runs'}`);
    const middle = value[row]!;
    const range =
      low[row] === null ? '' : ` (${ranged({ value: middle, low: low[row]!, high: high[row]! })})`;
    found.set(number, {
      text: text[row]!,
      asked: `${statistic[row]} ${rule[row]}`,
      found: `${rounded(middle)}${range} **${verdict[row]}**`,
    });
  }
  return found;
}

/** Whether the name of some runs says all of `runs`; `both` stands for each value of what it leaves out. */
function isOf(variant: string, runs: string): boolean {
  const own = variant.split(', ');
  return runs === '' || runs.split(', ').every((part) => own.includes(part));
}

function tableBehind(page: string, beginning: string): readonly string[] {
  const lines = page.split('\n');
  const at = lines.findIndex((line) => line.startsWith(beginning));
  if (at < 0) throw new Error(`no line begins with '${beginning}'`);
  const first = lines.findIndex((line, index) => index > at && line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'));
  return lines.slice(first, end);
}
