import type { Command } from 'commander';
import { resolve } from 'node:path';
import { completed, Project, type Candidate } from '../candidates.ts';
import { expectedIn, wordsOf, type Expected } from '../completion-line.ts';
import { EXIT, type Context } from '../context.ts';
import { projectDirectory } from '../locate.ts';

export interface CompleteOptions {
  /** What stands before the cursor, the program's name included; instead of words. */
  readonly line?: string;
  readonly breaks?: string;
}

/** `pipe complete`, which the shells ask: a candidate a line, and behind a tab what it means. */
export function complete(
  context: Context,
  root: Command,
  words: readonly string[],
  { line, breaks = '' }: CompleteOptions,
): Promise<number> {
  const typed = line === undefined ? { words, kept: 0 } : { ...wordsOf(line, breaks) };
  if (line !== undefined) typed.words = typed.words.slice(1);
  const expected = expectedIn(root, typed.words);
  const texts = new Map<string, string>();
  for (const { text, meaning } of candidates(context, expected))
    if (text.startsWith(expected.word)) texts.set(expected.before + text, meaning);
  for (const [text, meaning] of texts)
    context.out(`${text.slice(typed.kept)}\t${meaning.replace(/\s+/g, ' ')}\n`);
  return Promise.resolve(EXIT.ok);
}

function candidates(context: Context, expected: Expected): readonly Candidate[] {
  const { commands, options, value, given, word } = expected;
  if (value === null) {
    const flags = options.map(({ long, short, description }) => ({
      text: long ?? short!,
      meaning: description,
    }));
    return [...commands.map((each) => ({ text: each.name(), meaning: each.description() })), ...flags];
  }
  if (value.argChoices !== undefined) return value.argChoices.map((text) => ({ text, meaning: '' }));
  const directory = projectDirectory(resolve(context.directory, given.get('C')?.at(-1) ?? '.'));
  const complete = completed[value.name()];
  if (directory === null || complete === undefined) return [];
  const profile = given.get('profile')?.at(-1);
  return complete(
    new Project(context, directory, { ...(profile !== undefined && { profile }), set: [] }),
    word,
  );
}
