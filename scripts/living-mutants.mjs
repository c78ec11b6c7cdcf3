// The changes of the code that may live, of test/living-mutants.yaml, and how they are told from others: for
// `mutate.mjs` and, while that runs, for Stryker, which takes the class below for a reporter.
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parse } from 'yaml';

export const LIVING = 'test/living-mutants.yaml';

const living = parse(readFileSync(LIVING, 'utf8')) ?? {};

/** Whether a change is listed; `lines` are those of its file. */
export function isListed(file, lines, { location, replacement }) {
  return (living[file] ?? []).some(({ code, becomes, on }) => {
    if (code !== pieceAt(lines, location)) return false;
    if (becomes !== undefined && becomes !== replacement) return false;
    return on === undefined || blanked(lines[location.start.line - 1]) === on;
  });
}

/** Says of a change that no test notices, and of one that hangs, what it is, as soon as it is known. */
class Teller {
  #lines = new Map();

  onMutantTested(mutant) {
    const { fileName, location, status, mutatorName, replacement } = mutant;
    if (!['Survived', 'NoCoverage', 'Timeout'].includes(status)) return;
    const file = relative(process.cwd(), fileName);
    if (!this.#lines.has(file)) this.#lines.set(file, readFileSync(file, 'utf8').split('\n'));
    const lines = this.#lines.get(file);
    if (status !== 'Timeout' && isListed(file, lines, mutant)) return;
    console.log(
      `${file}:${location.start.line} ${status} ${mutatorName}\n  - ${pieceAt(lines, location)}\n  + ${replacement}`,
    );
  }
}

/** The text of a place, its white space in single blanks. */
function pieceAt(lines, { start, end }) {
  const piece = lines.slice(start.line - 1, end.line);
  piece[piece.length - 1] = piece.at(-1).slice(0, end.column - 1);
  piece[0] = piece[0].slice(start.column - 1);
  return blanked(piece.join(' '));
}

function blanked(text) {
  return text.trim().replaceAll(/\s+/g, ' ');
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'tell', Teller)];
