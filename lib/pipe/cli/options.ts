import { InvalidArgumentError, Option, type Command } from 'commander';
import { bytesOf, quantityOf } from '../manifest/size.ts';

/** Which configuration a command is about; the same for every command that reads `pipeline.yaml`. */
export interface ConfigurationOptions {
  readonly profile?: string;
  readonly set: readonly string[];
  /** The experiment that it is about, instead of the project itself. */
  readonly as?: string;
}

export function configurationOptions(command: Command): Command {
  return valueOptions(command).option(
    '--as <experiment>',
    'the experiment of this name, with its values, artifacts and lock',
  );
}

/** The same of commands that can also be about a past run. */
export function builtOptions(command: Command): Command {
  return configurationOptions(command).option(
    '--run <run>',
    'as this past run left it; `last` is the newest',
  );
}

/** The same of commands that are about many experiments. */
export function valueOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'use a profile of pipeline.yaml')
    .addOption(
      new Option('--set <path=value>', 'override a value, such as params.train.epochs=5; may be repeated')
        .argParser(collected)
        .default([], 'none'),
    );
}

/** How a table is printed. */
export function formatOptions(command: Command): Command {
  return command
    .option('--json', 'print it as JSON')
    .option('--csv', 'print it as CSV')
    .option('--markdown', 'print it as Markdown');
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

/** Whether a command that runs tasks asks the remote cache. */
export function remoteOptions(command: Command): Command {
  return command
    .option('--no-remote', 'neither take results from the remote cache nor give it any')
    .option('--remote-write', 'give results to the remote cache, though nothing else says so');
}

/** For an option that may be repeated. */
export function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Names between commas. */
export function listOf(value: string): readonly string[] {
  return value.split(',').map((name) => name.trim());
}

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('It has to be a whole number from 1 up.');
  }
  return number;
}

export function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) return unfit('It has to be a whole number from 0 up.');
  return Number(value);
}

/** `licence=2`; later ones win. */
export function resource(
  value: string,
  before: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const [, name = '', amount = ''] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(value) ?? [];
  if (name === '') return unfit('It has to be a name and a number, such as licence=2.');
  return { ...before, [name]: Number(amount) };
}

/** What there is for tasks that run; the rest the machine has. */
export interface CapacityOptions {
  readonly jobs?: number;
  readonly gpus?: number;
  readonly memory?: number;
  readonly resource?: Readonly<Record<string, number>>;
}

/** `jobs`: what is said of `--jobs`; null where threads are of no matter. */
export function capacityOptions(
  command: Command,
  jobs: string | null = 'CPU threads that tasks may hold together (all there are)',
): Command {
  if (jobs !== null) command.option('-j, --jobs <n>', jobs, positiveInteger);
  return command
    .option('--gpus <n>', 'GPUs that tasks may hold together (those that are visible)', wholeNumber)
    .option('--memory <size>', 'memory that tasks may hold together: 8GB (what there is)', size)
    .addOption(
      new Option(
        '--resource <name=number>',
        'how many there are of a resource of pipeline.yaml: licence=2; may be repeated',
      )
        .argParser(resource)
        .default({}, 'what the file says'),
    );
}

/** 0 is any that is free. */
export function port(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535) {
    throw new InvalidArgumentError('It has to be a port: a whole number from 0 to 65535.');
  }
  return number;
}

/** Bytes: `2GB`, `1.5 GiB`, `800000`. */
export function size(value: string): number {
  return bytesOf(value) ?? unfit('It has to be a size such as 500MB, 2GB or 1.5GiB.');
}

const HOUR = 3_600_000;
const AGE_UNITS: Readonly<Record<string, number>> = {
  h: HOUR,
  d: 24 * HOUR,
  w: 7 * 24 * HOUR,
  y: 365 * 24 * HOUR,
};

/** Milliseconds: `12h`, `30d`, `8w`, `1y`. */
export function age(value: string): number {
  return quantityOf(value, AGE_UNITS) ?? unfit('It has to be an age such as 12h, 30d, 8w or 1y.');
}

/** A part of a whole, from 0 to 1: `1%`, `0.5 %`, `100%`. */
export function share(value: string): number {
  const thousandths = quantityOf(value, { '%': 1000 }) ?? unfit('It has to be a share such as 1%.');
  const part = thousandths / 100_000;
  if (part <= 0 || part > 1) return unfit('It has to be more than 0% and at most 100%.');
  return part;
}

function unfit(wanted: string): never {
  throw new InvalidArgumentError(wanted);
}
