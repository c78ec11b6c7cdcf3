import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SurveyKey } from './key.ts';

/** What the page saves. */
const answerSheet = z.strictObject({
  survey: z.string(),
  person: z.string(),
  answers: z.array(
    z
      .strictObject({
        answer: z.union([z.enum(['left', 'same', 'right']), z.int().nonnegative()]),
        milliseconds: z.number().nonnegative(),
      })
      .nullable(),
  ),
});

export type Sheet = z.output<typeof answerSheet>;

/** Why a file counts for nothing. */
export interface Refused {
  readonly file: string;
  readonly reason: string;
}

export interface Sheets {
  /** Each with the key that it belongs to. */
  readonly sheets: readonly { readonly sheet: Sheet; readonly key: SurveyKey }[];
  readonly refused: readonly Refused[];
}

/** The JSON files of a folder; of a person who saved twice what has more answers. */
export async function readSheets(folder: string, keys: readonly SurveyKey[]): Promise<Sheets> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const refused: Refused[] = [];
  const byPerson = new Map<string, Sheets['sheets'][number]>();
  for (const name of names) {
    const file = join(folder, name);
    const found = sheetOf(await readFile(file, 'utf8'), keys);
    if ('reason' in found) {
      refused.push({ file, reason: found.reason });
      continue;
    }
    const { survey, person } = found.sheet;
    const before = byPerson.get(`${survey} ${person}`);
    if (!before || count(before.sheet) <= count(found.sheet)) byPerson.set(`${survey} ${person}`, found);
  }
  return { sheets: [...byPerson.values()], refused };
}

function count({ answers }: Sheet): number {
  return answers.filter((answer) => answer !== null).length;
}

function sheetOf(
  text: string,
  keys: readonly SurveyKey[],
): Sheets['sheets'][number] | { readonly reason: string } {
  const parsed = answerSheet.safeParse(parsedJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue!.path.length > 0 ? `${issue!.path.join('.')}: ` : '';
    return { reason: `no answers as the page saves them: ${at}${issue!.message}` };
  }
  const sheet = parsed.data;
  const key = keys.find(({ survey }) => survey === sheet.survey);
  if (!key) return { reason: `answers to the survey ${sheet.survey}, whose key is not here` };
  return fits(sheet, key) ? { sheet, key } : { reason: 'its answers do not fit the questions of its survey' };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A side where sides were shown, and one of the choices where there were choices. */
function fits({ answers }: Sheet, { trials }: SurveyKey): boolean {
  return (
    answers.length === trials.length &&
    answers.every((given, at) => {
      const trial = trials[at]!;
      if (given === null) return true;
      return trial.kind === 'class'
        ? typeof given.answer === 'number' && given.answer < trial.choices
        : typeof given.answer === 'string';
    })
  );
}
