import { InvalidArgumentError, Option, type Command } from 'commander';

/** Which configuration a command is about; the same for every command that reads `pipeline.yaml`. */
export interface ConfigurationOptions {
  readonly profile?: string;
  readonly set: readonly string[];
}

export function configurationOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'use a profile of pipeline.yaml')
    .addOption(
      new Option('--set <path=value>', 'override a value, such as params.train.epochs=5; may be repeated')
        .argParser(collected)
        .default([], 'none'),
    );
}

/** Which tasks a command is about. */
export interface SelectionOptions {
  readonly only?: true;
  readonly downstream?: true;
  readonly until?: string;
}

export function selectionOptions(command: Command): Command {
  return command
    .option('--only', 'just the stages named, without what they need')
    .option('--downstream', 'also what follows the stages named')
    .option('--until <stage>', 'up to this stage and what it needs');
}

function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('It has to be a whole number from 1 up.');
  }
  return number;
}
