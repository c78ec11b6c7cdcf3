#!/usr/bin/env node
import { CommanderError } from 'commander';
import { compileLater } from './compile-later.ts';
import { EXIT } from './context.ts';
import { refusalText } from '../report/refusal.ts';
import { refusalIn } from '../store/refused.ts';
import { program } from './program.ts';
import { version } from './version.ts';

// A reader that went away (`pipe status | head`) wants no more, and no complaint.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(141);
  if (unsaid === null) process.stderr.write(`error: what is printed cannot be written: ${error.message}\n`);
  unsaid = error;
});
// Nobody is left to be told.
process.stderr.on('error', () => undefined);
// What runs goes on; in the end it is told by the exit status that not all was said.
let unsaid: Error | null = null;
process.on('exit', (status) => {
  if (unsaid !== null && status === 0) process.exitCode = EXIT.failed;
});

compileLater();
try {
  await program(version(), (status) => {
    process.exitCode = status;
  }).parseAsync();
} catch (error) {
  process.exitCode = statusOf(error);
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.mistake;
  const refusal = refusalIn(error);
  if (refusal !== null) {
    process.stderr.write(`error: ${refusalText(refusal)}\n`);
    return EXIT.failed;
  }
  process.stderr.write(`this is a bug in pipe:\n${(error as Error).stack ?? String(error)}\n`);
  return EXIT.bug;
}
