import { describe, expect, test } from 'vitest';
import type { Failure, Outcome } from '../../../lib/pipe/plan/outcome.ts';
import { failureReport } from '../../../lib/pipe/report/failure.ts';
import { failureText, outcomeDetail, outcomeWord } from '../../../lib/pipe/report/outcome.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';

const plain = styleFor({ isTTY: false, env: {}, noColor: false });

describe('an outcome', () => {
  test.each<[Outcome, string, string]>([
    [{ type: 'fresh' }, 'up to date', ''],
    [{ type: 'restored' }, 'restored', ''],
    [{ type: 'ran', ms: 1234, changed: true }, 'ran', '1.2 s'],
    [{ type: 'ran', ms: 64_000, changed: false }, 'ran', '1 min 04 s, same bytes as before'],
    [{ type: 'skipped', reason: 'upstream-failed', upstream: 'data' }, 'skipped', 'data failed'],
    [{ type: 'skipped', reason: 'stopped' }, 'skipped', 'the run was stopped'],
    [{ type: 'skipped', reason: 'interrupted' }, 'skipped', 'it ran when the run was stopped'],
    [
      { type: 'failed', log: null, reason: 'timed-out', seconds: 5 },
      'failed',
      'stopped after 5 s, its timeout',
    ],
  ])('%j has a word and a detail', (outcome, word, detail) => {
    expect(outcomeWord(outcome)).toBe(word);
    expect(outcomeDetail(outcome)).toBe(detail);
  });
});

describe('a failure', () => {
  const log = 'cache/logs/1/plot.log';
  test.each<[Failure, string]>([
    [{ type: 'failed', log, reason: 'exit-nonzero', status: 3, tail: [] }, 'it ended with exit status 3'],
    [{ type: 'failed', log, reason: 'killed', signal: 'SIGSEGV', tail: [] }, 'killed by SIGSEGV'],
    [
      { type: 'failed', log, reason: 'killed', signal: 'SIGKILL', tail: [] },
      'killed by SIGKILL; when nobody sent it, the machine ran out of memory',
    ],
    [{ type: 'failed', log, reason: 'threw', message: 'no such class: 11', stack: '' }, 'no such class: 11'],
    [
      { type: 'failed', log, reason: 'output-missing', output: 'maps', path: 'artifacts/maps.arrow' },
      'it ended without writing its output maps (artifacts/maps.arrow)',
    ],
    [
      { type: 'failed', log, reason: 'output-missing', output: 'm', path: 'artifacts/m', found: 'directory' },
      'its output m is to be a file, and it wrote a directory; end the path with a slash, or write a file (artifacts/m)',
    ],
    [
      { type: 'failed', log, reason: 'output-missing', output: 'm', path: 'artifacts/m/', found: 'file' },
      'its output m is to be a directory, and it wrote a file; leave out the slash that ends the path, or write into the directory (artifacts/m/)',
    ],
    [
      { type: 'failed', log, reason: 'output-missing', output: 'm', path: 'artifacts/m', found: 'other' },
      'its output m is neither a file nor a directory (artifacts/m)',
    ],
    [
      { type: 'failed', log: null, reason: 'input-missing', input: 'csv', path: 'data/a.csv' },
      'its input csv does not exist: data/a.csv',
    ],
    [
      { type: 'failed', log, reason: 'input-changed', paths: ['in/a'], times: 3, suspects: ['b', 'c'] },
      'its input in/a changed while it ran, 3 times in a row; b, c read it and may have written to it',
    ],
    [
      { type: 'failed', log, reason: 'input-undeclared', paths: ['a.csv', 'notes/'] },
      'it read a.csv, notes/, which is none of its inputs; declare it under `inputs`',
    ],
    [
      { type: 'failed', log, reason: 'input-undeclared', paths: ['a', 'b', 'c', 'd', 'e'] },
      'it read a, b, c and 2 more, which is none of its inputs; declare it under `inputs`',
    ],
    [
      {
        type: 'failed',
        log,
        reason: 'store-failed',
        code: 'ENOSPC',
        path: 'cache',
        message: 'no space left',
      },
      'could not write cache: no space left; free some space (`pipe gc` drops old results), and run again',
    ],
    [
      { type: 'failed', log, reason: 'store-failed', code: 'EROFS', path: 'cache', message: 'read-only' },
      'could not write cache: read-only; make it writable, and run again',
    ],
    [
      { type: 'failed', log, reason: 'store-failed', code: 'EIO', path: 'cache', message: 'i/o error' },
      'could not write cache: i/o error',
    ],
  ])('%j says what went wrong', (failure, text) => {
    expect(failureText(failure)).toBe(text);
  });

  test('is reported with the last lines it printed and its log', () => {
    const failure: Failure = {
      type: 'failed',
      log,
      reason: 'exit-nonzero',
      status: 1,
      tail: ['first', 'cat: x: No such file or directory'],
    };
    expect(failureReport('plot@seed=1', failure, ['ignored'], plain)).toEqual([
      'failed  plot@seed=1: it ended with exit status 1',
      '        | first',
      '        | cat: x: No such file or directory',
      '        log: cache/logs/1/plot.log',
    ]);
  });

  test('that carries no lines is reported with those seen while it ran', () => {
    const failure: Failure = { type: 'failed', log, reason: 'timed-out', seconds: 2 };
    expect(failureReport('plot', failure, ['epoch 3'], plain)).toEqual([
      'failed  plot: stopped after 2 s, its timeout',
      '        | epoch 3',
      '        log: cache/logs/1/plot.log',
    ]);
  });

  test('that was thrown is reported with where, not with the message twice', () => {
    const stack = 'Error: bad magic\n    at read (idx.ts:4:9)\n    at run (data.ts:9:3)';
    const failure: Failure = { type: 'failed', log: null, reason: 'threw', message: 'bad magic', stack };
    expect(failureReport('data', failure, [], plain)).toEqual([
      'failed  data: bad magic',
      '        |     at read (idx.ts:4:9)',
      '        |     at run (data.ts:9:3)',
    ]);
  });
});
