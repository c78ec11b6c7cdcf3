import { Argument, type Command, Option } from 'commander';
import { command, examples, type Action } from '../command.ts';
import { SHELLS } from '../shells.ts';
import { templates } from '../template-names.ts';

/** Commands for a project and a shell that are to begin with pipe. */
export function startCommands(root: Command, action: Action): void {
  command(root, 'init', 'write a small pipeline that runs')
    .argument('[directory]', 'where (here)')
    .addOption(
      new Option('--template <template>', 'what to begin with')
        .choices(Object.keys(templates))
        .default('commands'),
    )
    .addHelpText(
      'after',
      examples([
        ['pipe init words && cd words && pipe run', 'a first run'],
        ['pipe init --template typescript', 'stages in TypeScript, with types'],
        ['pipe init --template study', 'the study of over-training and heat maps'],
      ]),
    )
    .action(action(async () => (await import('../commands/init.ts')).init));

  command(root, 'schema', 'print the JSON Schema of pipeline.yaml, for editors')
    .addHelpText(
      'after',
      examples([['pipe schema > pipeline.schema.json', 'beside pipeline.yaml, whose first line names it']]),
    )
    .action(action(async () => (await import('../commands/schema.ts')).schema));

  command(root, 'completion', 'print what makes a shell complete commands, stages, tasks and parameters')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText(
      'after',
      examples([
        ['pipe completion fish | source', 'in ~/.config/fish/config.fish'],
        ['source <(pipe completion bash)', 'in ~/.bashrc'],
        ['source <(pipe completion zsh)', 'in ~/.zshrc, after compinit'],
      ]),
    )
    .action(action(async () => (await import('../commands/completion.ts')).completion));
}
