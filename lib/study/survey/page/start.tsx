/// <reference lib="dom" />
import { render } from 'preact';
import { showControls } from '../../report/page/controls-shown.ts';
import { App } from './app.tsx';
import type { SurveyData } from './data.ts';

/** Where the browser begins. */
export function start(): void {
  const data = JSON.parse(document.getElementById('survey')!.textContent) as SurveyData;
  const page = document.getElementById('page')!;
  page.textContent = '';
  showControls();
  render(<App data={data} />, page);
}
