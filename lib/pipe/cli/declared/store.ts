import type { Command } from 'commander';
import { command, examples, type Action } from '../command.ts';
import { age, builtOptions, capacityOptions, configurationOptions, share, size } from '../options.ts';

/** Commands about the bytes that are kept, here and in a remote cache. */
export function storeCommands(root: Command, action: Action): void {
  configurationOptions(
    command(root, 'restore', 'bring back the artifacts of a lock from the store or the remote cache'),
  )
    .argument('[revision]', 'a git revision (the lock as it lies here)')
    .option('--no-remote', 'from the store only')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe restore', 'what pipe.lock says, after a checkout or when artifacts/ was removed'],
        ['pipe restore HEAD~3', 'as it was three commits ago; pipe.lock then says so'],
        ['pipe restore --profile paper', 'those of another profile'],
      ]),
    )
    .action(action(async () => (await import('../commands/restore.ts')).restore));

  configurationOptions(command(root, 'pull', 'bring outputs that the lock names from the remote cache'))
    .argument('[tasks...]', "stages or tasks (all): train, 'train@epoch=5'")
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe pull', 'all that pipe.lock names and is not here'],
        ['pipe pull train', 'the outputs of one stage'],
      ]),
    )
    .action(action(async () => (await import('../commands/pull.ts')).pull));

  configurationOptions(command(root, 'push', 'give the remote cache what was computed here'))
    .argument('[tasks...]', "stages or tasks (all): train, 'train@epoch=5'")
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe push', 'all that pipe.lock names, was computed here and is not there'],
        ['pipe push train', 'the results of one stage'],
      ]),
    )
    .action(action(async () => (await import('../commands/push.ts')).push));

  command(root, 'gc', 'free what no lock needs, the longest unused first')
    .option('--max-size <size>', 'only until the store has this much at most: 500MB, 2GB', size)
    .option('--max-age <age>', 'only what was last of use longer ago: 12h, 30d', age)
    .option(
      '--remote',
      'of the remote cache: what was written longer ago, or first, and blobs that nothing names',
    )
    .option('--dry-run', 'say what would be freed, and free nothing')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe gc --dry-run', 'what could go, and what it would take to make it again'],
        ['pipe gc', 'all results that no pipe.lock needs, and old run logs'],
        ['pipe gc --max-age 30d', 'those that were of no use for a month'],
        ['pipe gc --max-size 2GB', 'the longest unused, until 2 GB are left'],
        ['pipe gc --remote --max-age 90d', 'what was given to the remote cache three months ago'],
      ]),
    )
    .action(action(async () => (await import('../commands/gc.ts')).gc));

  capacityOptions(
    builtOptions(command(root, 'verify', 'check every byte of the store, or that tasks give them again')),
    'with --rerun: CPU threads that tasks may hold together (all there are)',
  )
    .argument('[tasks...]', "with --rerun: stages or tasks (all): train, 'train@epoch=5'")
    .option('--rerun', 'run tasks again, aside, and compare their bytes with those recorded')
    .option('--remote <share>', 'compute a share of what the remote cache has again: 1%', share)
    .option('--dry-run', 'only report: drop nothing that is damaged, put nothing back')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe verify', 'hash all blobs; drop what is damaged, put back what artifacts/ still has'],
        ['pipe verify --as low', 'just what an experiment needs; --run last, what a past run made'],
        ['pipe verify --rerun', 'does every task give the same bytes again?'],
        ['pipe verify --remote 1%', 'a sample of the remote cache: every byte, and computed again'],
        ["pipe verify --rerun 'train@epoch=5'", 'one of them; for an Arrow file, which tensor differs'],
      ]),
    )
    .action(action(async () => (await import('../commands/verify.ts')).verify));
}
