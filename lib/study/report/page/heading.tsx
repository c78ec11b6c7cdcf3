import type { StudyData } from './data.ts';
import { type Record, revisionText, timeText } from './record.ts';
import { counted } from './written.ts';

function distinct(values: readonly string[]): string {
  return [...new Set(values)].filter((value) => value !== '').join(' and ');
}

/** The question, and what was asked. */
export function Heading({ study: { question, runs }, record }: { study: StudyData; record: Record | null }) {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const explained = runs.flatMap(({ epochs, stop }) => epochs.filter((epoch) => epoch !== stop));
  const facts = [
    distinct(runs.map(({ setting }) => setting)),
    distinct(runs.map(({ variant }) => variant.label)),
    `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`,
    counted(Math.max(...runs.map(({ trained }) => trained)), 'epoch'),
    `${counted(new Set(explained).size, 'checkpoint')} explained`,
    `early stopping at epoch ${[...new Set(runs.map(({ stop }) => stop))].sort((a, b) => a - b).join(', ')}`,
    distinct(runs.map(({ engine }) => engine)),
    ...(record === null ? [] : [`${timeText(record.ms)} of work`, revisionOf(record)]),
  ];
  return (
    <header>
      <h1>{question}</h1>
      <p class="note">{facts.filter((fact) => fact !== '').join(' · ')}</p>
    </header>
  );
}

function revisionOf(record: Record): string {
  const text = revisionText(record);
  return text === '' ? '' : `revision ${text}`;
}
