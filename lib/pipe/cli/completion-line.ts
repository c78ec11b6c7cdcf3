import type { Argument, Command, Option } from 'commander';

/** What is expected where a line ends. */
export interface Expected {
  readonly word: string;
  /** What is typed of it already and stays before every candidate: `--profile=`. */
  readonly before: string;
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** The argument, or the option whose value it is. */
  readonly value: Argument | Option | null;
  /** Values given by then, by the long names of their options. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

/** `words` are what stands behind the program's name; the last one is being typed. */
export function expectedIn(root: Command, words: readonly string[]): Expected {
  const word = words.at(-1) ?? '';
  const given = new Map<string, string[]>();
  let command = root;
  let pending: Option | null = null;
  let position = 0;
  let ended = false;
  for (const typed of words.slice(0, -1)) {
    if (pending !== null) {
      note(given, pending, typed);
      pending = null;
    } else if (!ended && typed.startsWith('-')) {
      ended = typed === '--';
      const [flag, value] = parted(typed);
      const option = optionsOf(root, command).find((each) => isFlag(each, flag));
      if (option !== undefined && takesValue(option)) {
        if (value === undefined) pending = option;
        else note(given, option, value);
      }
    } else if (command === root) command = root.commands.find((each) => each.name() === typed) ?? root;
    else position += 1;
  }
  const nothing = { word, before: '', commands: [], options: [], value: null, given };
  if (pending !== null) return { ...nothing, value: pending };
  const [flag, value] = parted(word);
  if (!ended && word.startsWith('-')) {
    const options = optionsOf(root, command);
    const option = options.find((each) => isFlag(each, flag));
    if (value === undefined || option === undefined) return { ...nothing, options };
    return { ...nothing, word: value, before: `${flag}=`, value: option };
  }
  if (command === root) return { ...nothing, commands: visible(root) };
  const { registeredArguments: takes } = command;
  return { ...nothing, value: takes[position] ?? takes.findLast(({ variadic }) => variadic) ?? null };
}

function isFlag({ long, short }: Option, flag: string): boolean {
  return long === flag || short === flag;
}

export function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

export function visible(root: Command): Command[] {
  return root.createHelp().visibleCommands(root);
}

function optionsOf(root: Command, command: Command): Option[] {
  const help = root.createHelp();
  const own = help.visibleOptions(command);
  return command === root
    ? own
    : [...own, ...help.visibleOptions(root).filter(({ long }) => !own.some((each) => each.long === long))];
}

function note(given: Map<string, string[]>, option: Option, value: string): void {
  const values = given.get(option.name()) ?? [];
  given.set(option.name(), [...values, value]);
}

/** `--name=value` in its parts. */
function parted(word: string): [flag: string, value?: string] {
  const at = word.indexOf('=');
  return at < 0 || !word.startsWith('--') ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** The words of a line as a shell has them, the last one perhaps unfinished. */
export interface Words {
  readonly words: readonly string[];
  /** How much of the last one stands before a character at which the shell begins what it replaces. */
  readonly kept: number;
}

/** Splits what stands before the cursor as bash does; `breaks` are its `COMP_WORDBREAKS`. */
export function wordsOf(line: string, breaks: string): Words {
  const words = [''];
  let kept = 0;
  let quote = '';
  let inWord = false;
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index]!;
    if (quote === '' && /\s/.test(letter)) {
      if (inWord) words.push('');
      [inWord, kept] = [false, 0];
      continue;
    }
    inWord = true;
    if (letter === quote) quote = '';
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
    else {
      if (letter === '\\' && quote !== "'" && index + 1 < line.length) index += 1;
      words.push(words.pop()! + line[index]!);
      if (quote === '' && breaks.includes(letter)) kept = words.at(-1)!.length;
    }
  }
  return { words, kept: quote === '' ? kept : 0 };
}
