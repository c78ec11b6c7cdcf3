import { Command } from 'commander';
import { statSync } from 'node:fs';
import { examples, type Action } from './command.ts';
import { contextOf, mistake, type Context } from './context.ts';
import { buildCommands } from './declared/build.ts';
import { experimentCommands } from './declared/experiments.ts';
import { lookCommands } from './declared/look.ts';
import { startCommands } from './declared/start.ts';
import { storeCommands } from './declared/store.ts';

/** Hands the exit status of the command that ran to `finish`. Each command is loaded when it is called. */
export function program(version: string, finish: (status: number) => void): Command {
  const root = new Command('pipe')
    .description('Runs what is stale in a pipeline of stages, and only that.')
    .version(version, '--version', 'print the version')
    .option('-C <directory>', 'start looking for pipeline.yaml in this directory')
    .option('--no-color', 'no colours (also: NO_COLOR=1; FORCE_COLOR=1 for the opposite)')
    .helpOption('-h, --help', 'show help for pipe or one of its commands')
    .helpCommand('help [command]', 'show help for pipe or one of its commands')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      examples([
        ['pipe run', 'run all that is stale'],
        ['pipe status', 'say what would run, and why'],
        ["pipe why 'train@seed=1,epoch=5'", 'explain one task'],
      ]),
    );

  const action: Action =
    <A extends unknown[]>(load: () => Promise<(context: Context, ...args: A) => Promise<number>>) =>
    async (...args: [...A, Command]): Promise<void> => {
      const { C: directory, color } = root.opts<{ C?: string; color: boolean }>();
      const context = contextOf(directory ?? process.cwd(), !color);
      const there = directory === undefined ? undefined : statSync(directory, { throwIfNoEntry: false });
      if (directory !== undefined && there?.isDirectory() !== true) {
        const message =
          there === undefined ? `there is no directory ${directory}` : `${directory} is no directory`;
        finish(mistake(context, message));
        return;
      }
      const act = await load();
      finish(await act(context, ...(args.slice(0, -1) as A)));
    };

  buildCommands(root, action);
  experimentCommands(root, action);
  lookCommands(root, action, version);
  storeCommands(root, action);
  startCommands(root, action);
  root.command('carry-out <folder> <element>', { hidden: true }).action(
    action(async () => {
      const { carryOutElement } = await import('../sites/carry-out.ts');
      return ({ env }, folder: string, element: string) => carryOutElement(folder, Number(element), env);
    }),
  );
  root.command('carry-out-apart <directory> <element>', { hidden: true }).action(
    action(async () => {
      const { carryOutApart } = await import('./commands/carry-out-apart.ts');
      return (context, directory: string, element: string) =>
        carryOutApart(context, directory, Number(element));
    }),
  );
  root
    .command('complete [words...]', { hidden: true })
    .option('--line <line>')
    .option('--breaks <letters>')
    .action(
      action(async () => {
        const { complete } = await import('./commands/complete.ts');
        return (context, words: readonly string[], options: Parameters<typeof complete>[3]) =>
          complete(context, root, words, options);
      }),
    );

  return root;
}
