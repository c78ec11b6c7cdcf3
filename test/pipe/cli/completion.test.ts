import { expect, test } from 'vitest';
import { completed, free } from '../../../lib/pipe/cli/candidates.ts';
import { expectedIn, takesValue, wordsOf } from '../../../lib/pipe/cli/completion-line.ts';
import { program } from '../../../lib/pipe/cli/program.ts';

const root = program('1.0.0', () => undefined);

/** All that takes a value: options and arguments of every command that one sees. */
function values(command: typeof root): string[] {
  const open = [...command.options.filter(takesValue), ...command.registeredArguments];
  const own = open.filter(({ argChoices }) => argChoices === undefined).map((each) => each.name());
  return [...own, ...command.createHelp().visibleCommands(command).flatMap(values)];
}

test('every option and argument that takes a value is completed, or known to be free', () => {
  // `help` takes the name of a command, which the line parser knows.
  const known = [...Object.keys(completed), ...free, 'command'];
  expect([...new Set(values(root))].sort()).toEqual(known.sort());
});

test.each<[string[], string]>([
  [['r'], 'commands'],
  [['-C', 'somewhere', 'r'], 'commands'],
  [['help', 'r'], 'commands'],
  [['run', ''], 'stages'],
  [['run', 'one', ''], 'stages'],
  [['run', '--jobs', ''], 'jobs'],
  [['run', '-j', '2', ''], 'stages'],
  [['run', '--profile', 'x', '--set', ''], 'set'],
  [['run', '--profile='], 'profile'],
  [['run', '--'], 'options'],
  [['run', '--', '--'], 'stages'],
  [['show', ''], 'artifact'],
  [['show', 'one', ''], 'nothing'],
  [['run', '-C', ''], 'C'],
])('%j ends where %s is expected', (words, wanted) => {
  const { value, commands, options } = expectedIn(root, words);
  const found =
    value?.name() ?? (commands.length > 0 ? 'commands' : options.length > 0 ? 'options' : 'nothing');
  expect(found).toBe(wanted);
});

test.each<[string, string[], number]>([
  ['pipe run', ['pipe', 'run'], 0],
  ['pipe run ', ['pipe', 'run', ''], 0],
  ['pipe  run train@seed=1', ['pipe', 'run', 'train@seed=1'], 11],
  ["pipe run 'train@seed=1", ['pipe', 'run', 'train@seed=1'], 0],
  ['pipe run "a b" c\\ d', ['pipe', 'run', 'a b', 'c d'], 0],
])('the line `%s` has the words %j', (line, words, kept) => {
  expect(wordsOf(line, '@=')).toEqual({ words, kept });
});
