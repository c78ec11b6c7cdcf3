import { writeSync } from 'node:fs';
import { serveCommands } from './serve-commands.ts';

serveCommands({
  stdin: process.stdin,
  stdio: ['ignore', 'inherit', 'inherit'],
  on: (signal, heard) => process.on(signal, heard),
  // Node's own streams would make these non-blocking: most programs take a full pipe that does not block for an error.
  write: writeSync,
  exit: (status) => process.exit(status),
});
