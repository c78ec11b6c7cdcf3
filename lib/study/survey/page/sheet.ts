/// <reference lib="dom" />
import type { Answer, AnswerSheet, SurveyData } from './data.ts';

export function emptySheet({ survey, trials }: SurveyData): AnswerSheet {
  const words = crypto.getRandomValues(new Uint32Array(3));
  const person = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
  return { survey, person, answers: trials.map(() => null) };
}

export function answered(
  sheet: AnswerSheet,
  trial: number,
  answer: Answer,
  milliseconds: number,
): AnswerSheet {
  return { ...sheet, answers: sheet.answers.with(trial, { answer, milliseconds }) };
}

/** The first trial without an answer; as many as there are where all have one. */
export function firstOpen({ answers }: AnswerSheet): number {
  const open = answers.indexOf(null);
  return open < 0 ? answers.length : open;
}

function place({ survey }: SurveyData): string {
  return `survey ${survey}`;
}

/** What was kept of this survey; null where nothing was, or a browser keeps nothing. */
export function keptSheet(data: SurveyData): AnswerSheet | null {
  try {
    const kept = JSON.parse(localStorage.getItem(place(data)) ?? 'null') as AnswerSheet | null;
    return kept?.survey === data.survey && kept.answers.length === data.trials.length ? kept : null;
  } catch {
    return null;
  }
}

/** Whether it could be kept. */
export function keep(data: SurveyData, sheet: AnswerSheet): boolean {
  try {
    localStorage.setItem(place(data), JSON.stringify(sheet));
    return true;
  } catch {
    return false;
  }
}

export function forget(data: SurveyData): void {
  try {
    localStorage.removeItem(place(data));
  } catch {
    // What was not kept need not be forgotten.
  }
}

/** As a file, by the browser's own way. */
export function save(sheet: AnswerSheet): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(sheet)}\n`], { type: 'application/json' }));
  link.download = `answers-${sheet.person}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
