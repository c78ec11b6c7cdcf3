import type { Failure, Outcome } from '../plan/outcome.ts';
import { bytes, duration } from './quantity.ts';
import { refusalText } from './refusal.ts';

/** One word for how a task ended: what the lists of a report are sorted and coloured by. */
export type OutcomeWord = 'up to date' | 'restored' | 'ran' | 'failed' | 'skipped';

export function outcomeWord(outcome: Outcome): OutcomeWord {
  switch (outcome.type) {
    case 'fresh':
      return 'up to date';
    case 'restored':
    case 'ran':
    case 'failed':
    case 'skipped':
      return outcome.type;
  }
}

/** What there is to say beside the word; empty when the word says it all. */
export function outcomeDetail(outcome: Outcome): string {
  switch (outcome.type) {
    case 'fresh':
      return '';
    case 'restored':
      return outcome.from === 'remote' ? 'from the remote cache' : '';
    case 'ran':
      return outcome.changed ? duration(outcome.ms) : `${duration(outcome.ms)}, same bytes as before`;
    case 'failed':
      return failureText(outcome);
    case 'skipped':
      if (outcome.reason === 'upstream-failed') return `${outcome.upstream} failed`;
      return outcome.reason === 'stopped' ? 'the run was stopped' : 'it ran when the run was stopped';
  }
}

/** What went wrong, on one line. */
export function failureText(failure: Failure): string {
  switch (failure.reason) {
    case 'exit-nonzero':
      return failure.status === 0
        ? 'its process ended before it was done (exit status 0)'
        : `it ended with exit status ${failure.status}`;
    case 'killed':
      return `killed by ${failure.signal}${
        failure.signal === 'SIGKILL' ? '; when nobody sent it, the machine ran out of memory' : ''
      }`;
    case 'threw':
    case 'bad-input':
      return failure.message;
    case 'timed-out':
      return `stopped after ${failure.seconds} s, its timeout`;
    case 'output-missing':
      return `${missingText(failure)} (${failure.path})`;
    case 'output-unfit':
      return `its output ${failure.output} holds ${failure.path}, ${unfitTexts[failure.why]}`;
    case 'input-missing':
      if (failure.temp === true)
        return `its input ${failure.input} is temporary and gone: ${failure.path}; the task that makes it again is no part of the run`;
      return `its input ${failure.input} does not exist: ${failure.path}`;
    case 'input-changed': {
      const { paths, times, suspects } = failure;
      const who = suspects.length === 0 ? '' : `; ${pathList(suspects)} read it and may have written to it`;
      return `its input ${pathList(paths)} changed while it ran, ${times} times in a row${who}`;
    }
    case 'input-undeclared':
      return `it read ${pathList(failure.paths)}, which is none of its inputs; declare it under \`inputs\``;
    case 'out-of-memory':
      return `its job needed more memory than ${failure.memory === null ? 'the site gives' : bytes(failure.memory)}; \`resources: { memory: … }\` asks for more, a list for more each time`;
    case 'out-of-time':
      return `its job was ended after ${failure.seconds === null ? 'the time that the site gives' : duration(failure.seconds * 1000)}; \`resources: { time: … }\` asks for more, a list for more each time`;
    case 'job-lost':
      return failure.state === 'CANCELLED'
        ? `somebody cancelled its job ${failure.job}`
        : `its job ended without an answer${failure.times > 1 ? `, ${failure.times} times` : ''} (${failure.job}: ${failure.state})`;
    case 'job-refused':
      return `${failure.site} did not take its job: ${failure.message}`;
    case 'other-toolchain':
      return `the stage names another toolchain on nodes of ${pathList(failure.nodes)} than it was planned for${toolchainText(failure.said)}: its results would be others; keep its jobs to nodes that agree (\`options\` of the site), or run again, which asks anew what they are`;
    case 'store-failed':
      return refusalText(failure);
  }
}

/** It may have written something else in its place. */
function missingText({ output, found }: Extract<Failure, { reason: 'output-missing' }>): string {
  if (found === undefined) return `it ended without writing its output ${output}`;
  switch (found) {
    case 'directory':
      return `its output ${output} is to be a file, and it wrote a directory; end the path with a slash, or write a file`;
    case 'file':
      return `its output ${output} is to be a directory, and it wrote a file; leave out the slash that ends the path, or write into the directory`;
    case 'other':
      return `its output ${output} is neither a file nor a directory`;
  }
}

const unfitTexts = {
  'dangling-link': 'a link to nothing; remove it, or make what it leads to',
  'endless-link': 'a link to a directory that it lies in; remove it',
  'not-a-file': 'which is neither a file nor a directory; remove it',
  'not-utf-8': 'a name that is not UTF-8; give it another',
};

function toolchainText(said: Readonly<Record<string, string>> | null): string {
  const named = Object.entries(said ?? {}).map(([name, value]) => `${name} ${value}`);
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
}

function pathList(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}

/** Frames in the program itself are the same for every module. */
const PROGRAM = new URL('.', import.meta.url).href;

/** The lines that the failure itself carries: the end of the output, or where the code threw. */
export function failureLines(failure: Failure): readonly string[] {
  switch (failure.reason) {
    case 'exit-nonzero':
    case 'killed':
    case 'job-lost':
      return failure.tail;
    case 'threw':
      return failure.stack
        .split('\n')
        .filter((line) => /^\s+at /.test(line) && !line.includes('node:internal/') && !line.includes(PROGRAM))
        .slice(0, 5);
    case 'bad-input':
    case 'timed-out':
    case 'output-missing':
    case 'input-missing':
    case 'input-changed':
    case 'output-unfit':
    case 'store-failed':
    case 'out-of-memory':
    case 'out-of-time':
    case 'job-refused':
    case 'other-toolchain':
      return [];
    case 'input-undeclared':
      return failure.paths.length > 3 ? failure.paths : [];
  }
}
