import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ArrowTable, readArrow } from 'pipewright/arrow';
import { type CurveGridLayout, curveGridOf } from '../figure/curve/curve-grid.ts';
import type { PlacedFile } from '../figure/data/load.ts';
import { toldApart } from '../figure/run.ts';
import type { Point } from '../score/axes.ts';
import { claimsOf } from './claims-data.ts';
import { readResults, type Results } from '../survey/results-file.ts';
import type { FigureData, RunData, SourceData, StudyData, SurveyFindings } from './page/data.ts';

/** A file of a study, with the name it goes by. */
export interface NamedFile extends PlacedFile {
  readonly name: string;
}

export interface StudyFiles {
  readonly claims: NamedFile;
  /** All that the figures' directories hold. */
  readonly figures: readonly NamedFile[];
  /** Per checkpoint. */
  readonly scores: readonly NamedFile[];
  /** What a questionnaire gave. */
  readonly survey: NamedFile | null;
}

/** Figures of curves, one for all runs or of one variant each; further ones repeat them class by class. */
const shownFigures = /^(?:figure-2|figure-[456]|ground-truth|deletion|sanity)(?:-|$)/;
const byClass = /^figure-4-.*-[ABC](?:-\d+)?$/;

/** All that the page shows but the maps, whose digests are `maps`. */
export async function studyData(
  runs: readonly RunData[],
  files: StudyFiles,
  options: { readonly question: string; readonly options: string },
  maps: readonly string[],
): Promise<Omit<StudyData, 'beside' | 'leftOut'>> {
  const sources: Record<string, SourceData> = {};
  const parameters = new Map<string, string>();
  const read = async (
    source: string,
    output: string,
    { path }: NamedFile,
    inside = '',
  ): Promise<ArrowTable> => {
    const table = await readArrow(path);
    const { stage = '', task = '', parameters: text = '' } = table.metadata;
    parameters.set(stage, text);
    sources[source] = { task, artifact: `${task}.${output}${inside}`, digest: await digestOf(path) };
    return table;
  };
  const claims = claimsOf(await read('claims', 'table', files.claims));
  const figures: FigureData[] = [];
  for (const file of files.figures) {
    const name = basename(file.name, '.arrow');
    if (!file.name.endsWith('.arrow') || !shownFigures.test(name) || byClass.test(name)) continue;
    const source = `figure ${settingOf(file)} ${name}`;
    const table = await read(source, 'figures', file, `/${name}.arrow`);
    const layout = table.metadata['layout'];
    if (layout === undefined) continue;
    const grid = curveGridOf(JSON.parse(layout) as CurveGridLayout, table);
    figures.push({ name, setting: settingOf(file), variant: variantIn(name, runs), grid, source });
  }
  for (const file of files.scores) {
    const run = runs.findIndex(({ point }) =>
      Object.entries(point).every(([axis, value]) => file.point[axis] === value),
    );
    if (run >= 0) await read(`score ${run} ${file.point['epoch']}`, 'scores', file);
  }
  const listed = [...parameters].map(([stage, text]) => ({
    stage,
    text: JSON.stringify(JSON.parse(text), null, 2),
  }));
  const survey = files.survey && surveyFindings(readResults(await readArrow(files.survey.path)), maps);
  const apart = toldApart(runs.map(({ point }) => withoutSetting(point)));
  const named = runs.map((run) => ({ ...run, variant: apart(run.variant) }));
  return { ...options, runs: named, claims, survey, figures: inOrder(figures), sources, parameters: listed };
}

/** Results are of the maps that people saw, which may have been made anew since. */
function surveyFindings({ rows, maps }: Results, shown: readonly string[]): SurveyFindings {
  return { rows, ownMaps: maps.length > 0 && maps.every((digest) => shown.includes(digest)) };
}

function settingOf({ point }: PlacedFile): string {
  return [point['dataset'], point['model']].filter((name) => name !== undefined).join(', ');
}

function withoutSetting(point: Point): Point {
  return Object.fromEntries(Object.entries(point).filter(([axis]) => axis !== 'dataset' && axis !== 'model'));
}

/** The longest key of a variant that the name has; empty for a figure of all. */
function variantIn(name: string, runs: readonly RunData[]): string {
  const keys = [...new Set(runs.map(({ variant }) => variant.key))].sort((a, b) => b.length - a.length);
  return keys.find((key) => key !== '' && `${name}-`.includes(`-${key}-`)) ?? '';
}

const order = ['figure-2', 'figure-4', 'figure-5', 'figure-6', 'ground-truth', 'deletion', 'sanity'];

function inOrder(figures: readonly FigureData[]): FigureData[] {
  const place = ({ name }: FigureData): number => order.findIndex((each) => name.startsWith(each));
  return figures.toSorted((a, b) => place(a) - place(b));
}

export async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
