import { expect, test } from 'vitest';
import { styleFor, type StyleQuestion } from '../../../lib/pipe/report/style.ts';

test.each<[string, StyleQuestion, boolean]>([
  ['a terminal', { isTTY: true, env: {}, noColor: false }, true],
  ['a pipe', { isTTY: false, env: {}, noColor: false }, false],
  ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' }, noColor: false }, false],
  ['a terminal with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' }, noColor: false }, false],
  ['a terminal with an empty NO_COLOR', { isTTY: true, env: { NO_COLOR: '' }, noColor: false }, true],
  ['a pipe with FORCE_COLOR', { isTTY: false, env: { FORCE_COLOR: '1' }, noColor: false }, true],
  ['a terminal with FORCE_COLOR=0', { isTTY: true, env: { FORCE_COLOR: '0' }, noColor: false }, false],
  [
    'NO_COLOR against FORCE_COLOR',
    { isTTY: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' }, noColor: false },
    false,
  ],
  ['--no-color against FORCE_COLOR', { isTTY: true, env: { FORCE_COLOR: '1' }, noColor: true }, false],
])('%s: colours as expected', (_title, question, colored) => {
  expect(styleFor(question).colors.isColorSupported).toBe(colored);
});

test.each([
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
  [{ LC_ALL: '', LANG: 'ja_JP.utf8' }, true],
  [{ LANG: 'C' }, false],
  [{}, true],
  [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
])('with %j letters beyond ASCII are allowed: %s', (env, unicode) => {
  expect(styleFor({ isTTY: true, env, noColor: false }).unicode).toBe(unicode);
});
