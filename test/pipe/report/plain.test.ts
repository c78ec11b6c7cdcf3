import { expect, test } from 'vitest';
import { plainReporter } from '../../../lib/pipe/report/plain.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';
import type { RunEvent } from '../../../lib/pipe/run/event.ts';
import { eventful, timed } from './events.ts';

function printed(events: readonly RunEvent[], env: Record<string, string> = {}, verbose = false): string {
  let text = '';
  const reporter = plainReporter(
    (part) => {
      text += part;
    },
    styleFor({ isTTY: false, env, noColor: false }),
    verbose,
  );
  for (const event of events) reporter.event(event);
  reporter.close();
  return text;
}

test('a run is one line per task that did something, sparse progress, and a summary', () => {
  expect(printed(eventful)).toBe(`\
5 tasks, 1 up to date; 2 jobs at a time
ran       data (1.5 s)
restored  train@epoch=1
running   train@epoch=2: 3/10 epochs, loss 0.5
warning   train@epoch=2: class 3 has 2 images
failed  train@epoch=2: stopped after 20 s, its timeout
        | NaN in loss
        log: cache/logs/1/train.log
  data   1 ran (1.5 s)
  train  1 restored, 1 failed
  plot   1 skipped
failed: 1 ran, 1 restored, 1 up to date, 1 failed, 1 skipped in 22 s
  failed  train@epoch=2: stopped after 20 s, its timeout
`);
});

test('a run with nothing to do is one line', () => {
  const events = timed([
    [0, { type: 'run-started', run: '1', profile: 'default', tasks: 1200, fresh: 1200, jobs: 2 }],
    [80, { type: 'run-finished', ran: 0, restored: 0, fresh: 1200, failed: 0, skipped: 0, ms: 80 }],
  ]);
  expect(printed(events)).toBe('nothing to do: all 1,200 tasks are up to date (0.08 s)\n');
});

test('waiting for another run names its process and host', () => {
  expect(printed(timed([[0, { type: 'waiting', pid: 4711, host: 'anvil' }]]))).toBe(
    'waiting for another pipe run in this project (process 4711 on anvil)\n',
  );
});

test('colour adds no words: without its codes the text is the same', () => {
  const coloured = printed(eventful, { FORCE_COLOR: '1' });
  expect(coloured).toContain('\u001b[');

  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(printed(eventful));
});

test('what tasks print is shown when that is asked for, with the name of the task and its stream', () => {
  const events = timed([
    [0, { type: 'task-started', task: 'a@n=1', reasons: [] }],
    [1, { type: 'task-log', task: 'a@n=1', stream: 'out', text: 'one' }],
    [2, { type: 'task-log', task: 'b', stream: 'err', text: '10%\r20%\nlast' }],
    [3, { type: 'task-log', task: 'b', stream: 'out', text: '' }],
  ]);
  expect(printed(events, {}, true)).toBe('a@n=1 | one\nb ! 20%\nb ! last\nb |\n');
  expect(printed(events)).toBe('');
});

test('of a task that is silent it is said that it runs: after a minute, and then as long again as it ran by then', () => {
  let text = '';
  const reporter = plainReporter(
    (part) => {
      text += part;
    },
    styleFor({ isTTY: false, env: {}, noColor: false }),
  );
  const said = (seconds: number): string => {
    text = '';
    reporter.alive(seconds * 1000);
    return text;
  };
  for (const event of timed([[0, { type: 'task-started', task: 'a@n=1', reasons: [] }]]))
    reporter.event(event);
  expect(said(59)).toBe('');
  expect(said(60)).toBe('running   a@n=1: 1 min 00 s by now\n');
  expect(said(119)).toBe('');
  expect(said(120)).toBe('running   a@n=1: 2 min 00 s by now\n');
  const progress = { done: 1, total: 3, unit: 'epochs', note: 'loss 0.5' };
  for (const event of timed([[200_000, { type: 'task-progress', task: 'a@n=1', ...progress }]]))
    reporter.event(event);
  expect(said(399)).toBe('');
  expect(said(400)).toBe('running   a@n=1: 1/3 epochs, loss 0.5, 6 min 40 s by now\n');
  expect(said(799)).toBe('');
  expect(said(800)).toMatch(/13 min 20 s by now/);
  expect(said(1279)).toBe('');
  expect(said(1280)).toMatch(/21 min 20 s by now/);
  for (const event of timed([
    [1_300_000, { type: 'task-finished', task: 'a@n=1', outcome: { type: 'fresh' } }],
  ]))
    reporter.event(event);
  expect(said(9000)).toBe('');
});
