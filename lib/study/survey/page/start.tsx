/// <reference lib="dom" />
import { render } from 'preact';
import { App } from './app.tsx';
import type { SurveyData } from './data.ts';

/** Where the browser begins. */
export function start(): void {
  const data = JSON.parse(document.getElementById('survey')!.textContent) as SurveyData;
  const page = document.getElementById('page')!;
  page.textContent = '';
  render(<App data={data} />, page);
}
