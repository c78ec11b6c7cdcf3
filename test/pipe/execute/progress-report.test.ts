import { describe, expect, test } from 'vitest';
import { readReport } from '../../../lib/pipe/execute/progress-report.ts';

const nothing = { done: 0, total: 0, unit: '', note: '' };

describe('a line of progress', () => {
  test.each([
    ['5/40 epochs loss=0.41', { done: 5, total: 40, unit: 'epochs', numbers: { loss: 0.41 } }],
    [
      '  5/40\tepochs  a=1 still warm b=-2e-3 \r',
      { done: 5, total: 40, unit: 'epochs', note: 'still warm', numbers: { a: 1, b: -0.002 } },
    ],
    ['epoch=5 loss=0.41', { numbers: { epoch: 5, loss: 0.41 } }],
    ['5', { done: 5 }],
    ['5 files were read', { done: 5, unit: 'files', note: 'were read' }],
    ['0.5/1', { done: 0.5, total: 1 }],
    ['reading images', { note: 'reading images' }],
    [
      'loss=nan best=-Inf other=NA val_loss/top-1=3',
      { numbers: { loss: null, best: null, other: null, 'val_loss/top-1': 3 } },
    ],
    ['verlust_größe=1', { numbers: { verlust_größe: 1 } }],
  ])('says in words %j', (line, said) => {
    expect(readReport(line)).toEqual({ ...nothing, ...said });
  });

  test.each([
    [
      '{"done": 5, "total": 40, "unit": "epochs", "note": "a", "loss": 0.41}',
      { done: 5, total: 40, unit: 'epochs', note: 'a', numbers: { loss: 0.41 } },
    ],
    ['{"loss": 0.41, "epoch": 5}', { numbers: { loss: 0.41, epoch: 5 } }],
    ['{"loss": NaN, "best":-Infinity, "other": null}', { numbers: { loss: null, best: null, other: null } }],
    ['{}', {}],
  ])('says as JSON %j', (line, said) => {
    expect(readReport(line)).toEqual({ ...nothing, ...said });
  });

  test.each([
    'loss=0,41',
    'loss=high',
    '{"loss": "0.41"}',
    '{"loss": 0.41',
    '{"done": -1}',
    '{"note": 3}',
    '{"deep": {"loss": 1}}',
  ])('is refused where a number is none: %j', (line) => {
    expect(readReport(line)).toBeNull();
  });
});
