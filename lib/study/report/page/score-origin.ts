import type { StudyData } from './data.ts';
import type { Origin } from './origin.tsx';
import type { State } from './state.ts';

/** Where the score that is shown stands; null at early stopping, where a map is compared with itself. */
export function originOfScore(study: StudyData, state: State, method: number): Origin | null {
  const { methods, images, scores, epochs } = study.runs[state.run]!;
  const source = `score ${state.run} ${state.epoch}`;
  if (!study.sources[source]) return null;
  const image = images[state.image]!;
  const { name, label } = methods[method]!;
  const value = scores[state.similarity][state.image]![method]![epochs.indexOf(state.epoch)] ?? null;
  return {
    what: `${state.similarity === 'mssim' ? 'MSSIM' : 'Spearman ρ'} of ${label}, image ${image.index}, epoch ${state.epoch}`,
    value: value === null ? 'not defined' : String(value),
    source,
    where: [
      ['index', String(image.index)],
      ['method', name],
    ],
    columns: [state.similarity],
  };
}
