import { browserScript } from '../report/browser-script.ts';
import { documentHead, inElement } from '../report/document.ts';
import type { SurveyData } from './page/data.ts';
import { start } from './page/start.tsx';
import { style } from './page/style.ts';

/** The page as one file that needs nothing but itself. */
export async function surveyPage(data: SurveyData, project: string): Promise<string> {
  const script = await browserScript(project, 'lib/study/survey/page', start);
  return [
    documentHead({ title: 'Which heat map explains better?', style, scripts: [script], besides: false }),
    '<body>',
    '<div id="page"><main><h1>Which heat map explains better?</h1><p>This page needs JavaScript.</p></main></div>',
    `<script type="application/json" id="survey">${inElement(JSON.stringify(data))}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
