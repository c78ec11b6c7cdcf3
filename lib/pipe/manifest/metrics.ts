import type { Path, Problem } from './diagnostic.ts';
import type { RawStage } from './grammar.ts';
import type { Metrics, Plot, Shown, StageOutput } from './manifest.ts';
import { normalPath, whyOutside } from './path.ts';
import type { Report } from './reference.ts';
import { didYouMean, listed } from './suggest.ts';

const TABLES = ['.csv', '.tsv', '.arrow'];
const METRICS = ['.json', '.yaml', '.yml', ...TABLES];

/** Those that name no output, or no file with numbers, are left out after that has been reported. */
export function readMetrics(
  raw: RawStage['metrics'],
  outputs: readonly StageOutput[],
  report: Report,
): Metrics[] {
  return entriesOf(raw, 'metrics').flatMap(({ name, path, place, options }) => {
    const shown = shownFile(name, outputs, place, report);
    if (shown === null) return [];
    const kind = extname(shown.file ?? pathOf(shown, outputs));
    if (!METRICS.includes(kind)) {
      const message = `\`${name}\` is no file of numbers`;
      report({ ...place, message, hint: `numbers are read from ${listed(METRICS)}` });
      return [];
    }
    const { fields = null, rows = null, by = [] } = options;
    if (!TABLES.includes(kind)) {
      for (const key of ['rows', 'by'] as const) {
        if (options[key] === undefined) continue;
        const message = `\`${name}\` is no table, and has no rows`;
        report({ path: [...path, key], part: 'key', message, hint: `tables are ${listed(TABLES)}` });
      }
    }
    return [{ ...shown, fields, rows, by }];
  });
}

export function readPlots(raw: RawStage['plots'], outputs: readonly StageOutput[], report: Report): Plot[] {
  return entriesOf(raw, 'plots').flatMap(({ name, path, place, options }) => {
    const shown = shownFile(name, outputs, place, report, true);
    if (shown === null) return [];
    const { x = null, y = null } = options;
    const kind = extname(shown.file ?? pathOf(shown, outputs));
    const key = x === null ? (y === null ? null : 'y') : 'x';
    if (key !== null && !TABLES.includes(kind)) {
      const message = `\`${name}\` is no table, and has no columns`;
      report({ path: [...path, key], part: 'key', message, hint: `tables are ${listed(TABLES)}` });
    }
    return [{ ...shown, x, y }];
  });
}

type Place = Pick<Problem, 'path' | 'part'>;

interface Entry<O> {
  readonly name: string;
  /** Of the options; and where the name itself is written. */
  readonly path: Path;
  readonly place: Place;
  readonly options: O;
}

function entriesOf<O>(raw: readonly string[] | Readonly<Record<string, O>> | undefined, key: string) {
  if (raw === undefined) return [];
  if (Array.isArray(raw)) {
    return raw.map((name: string, index): Entry<Partial<O>> => ({
      name,
      path: [key, index],
      place: { path: [key, index] },
      options: {},
    }));
  }
  return Object.entries(raw as Readonly<Record<string, O>>).map(([name, options]): Entry<Partial<O>> => ({
    name,
    path: [key, name],
    place: { path: [key, name], part: 'key' },
    options,
  }));
}

function pathOf({ output }: Shown, outputs: readonly StageOutput[]): string {
  return outputs.find(({ name }) => name === output)!.path;
}

function shownFile(
  name: string,
  outputs: readonly StageOutput[],
  place: Place,
  report: Report,
  directories = false,
): Shown | null {
  const [output = '', ...rest] = name.split('/');
  const declared = outputs.find((each) => each.name === output);
  const say = (message: string, hint: string): null => {
    report({ ...place, message, hint });
    return null;
  };
  if (declared === undefined) {
    const names = outputs.map((each) => each.name);
    const declare = `name it under \`outputs\`, \`scores: ${name.includes('.') ? name : 'scores.json'}\`, and here by that name`;
    const others = names.length === 0 || name.includes('.') ? declare : `its outputs are ${listed(names)}`;
    return say(`this stage has no output \`${output}\``, didYouMean(output, names) ?? others);
  }
  if (rest.length === 0) {
    if (!declared.directory || directories) return { name, output, file: null };
    return say(`\`${output}\` is a directory`, `name a file in it: \`${output}/summary.json\``);
  }
  if (!declared.directory) return say(`\`${output}\` is a file, with nothing in it`, `write \`${output}\``);
  const file = normalPath(rest.join('/'));
  const reason = whyOutside(rest.join('/'));
  if (reason !== null || file === '')
    return say(`\`${name}\` names no file in \`${output}\``, `write \`${output}/summary.json\``);
  return { name, output, file };
}

/** With its dot; empty for a name without one. */
function extname(path: string): string {
  return /[^/](\.[^./]*)$/.exec(path)?.[1] ?? '';
}
