import { expect, test } from 'vitest';
import { jsonReporter } from '../../../lib/pipe/report/json.ts';
import { eventful } from './events.ts';

test('every event is one line of JSON, in order and whole', () => {
  let text = '';
  const reporter = jsonReporter((part) => {
    text += part;
  });
  for (const event of eventful) reporter.event(event);
  reporter.close();
  expect(text.endsWith('\n')).toBe(true);
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(eventful);
});
