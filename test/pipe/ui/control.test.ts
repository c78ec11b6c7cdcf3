import { expect, test } from 'vitest';
import { argumentsOf, quoted, startRequest } from '../../../lib/pipe/ui/control.ts';

const request = {
  patterns: [],
  set: [],
  profile: 'default',
  force: false,
  only: false,
  downstream: false,
  keepGoing: false,
  experiment: null,
};

test('what the page asks for becomes a command line', () => {
  expect(argumentsOf(request)).toEqual(['run', '--json']);
  const all = {
    ...request,
    patterns: ['score@seed=1'],
    set: ['params.a=1'],
    profile: 'p',
    force: true,
    only: true,
  };
  expect(argumentsOf(all)).toEqual([
    'run',
    '--json',
    '--force',
    '--only',
    '--profile=p',
    '--set=params.a=1',
    '--',
    'score@seed=1',
  ]);
});

test('nothing that the page gives is taken for an option', () => {
  const sly = {
    ...request,
    patterns: ['--watch', '-C/'],
    set: ['--strict'],
    profile: '--json',
    experiment: '-x',
  };
  const args = argumentsOf(sly);
  expect(args.slice(args.indexOf('--') + 1)).toEqual(['--watch', '-C/']);
  expect(args).toContain('--set=--strict');
  expect(args).toContain('--profile=--json');
  expect(args).toContain('--as=-x');
});

test('what is no request starts nothing', () => {
  const bad = [
    null,
    1,
    'run',
    [],
    {},
    { ...request, patterns: 'all' },
    { ...request, set: [1] },
    { ...request, profile: null },
  ];
  for (const value of bad) expect(startRequest(value), JSON.stringify(value)).toBeNull();
  expect(startRequest({ ...request, patterns: ['a\0b'] })).toBeNull();
  expect(startRequest({ ...request, force: 'yes' })).toEqual(request);
});

test('a command is shown as a shell takes it', () => {
  expect(quoted('train@seed=1')).toBe('train@seed=1');
  expect(quoted("it's $HOME")).toBe(`'it'\\''s $HOME'`);
});
