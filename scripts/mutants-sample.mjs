// Of all changes that Stryker would make, lets it make some, drawn by chance and the same ones each time; it takes
// this for a checker, and the others for code that does not compile. How many stands in `SAMPLE`; of another
// `SAMPLE_SEED`, others are drawn.
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { createHash } from 'node:crypto';

class Sample {
  /** One process asks for all of them at once, and then about each. */
  #drawn = new Set();

  async init() {}

  async group(mutants) {
    const size = Number(process.env.SAMPLE);
    const drawn = mutants.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, size);
    this.#drawn = new Set(drawn.map(({ id }) => id));
    return [mutants.map(({ id }) => id)];
  }

  async check(mutants) {
    return Object.fromEntries(
      mutants.map(({ id }) => [
        id,
        this.#drawn.has(id) ? { status: 'passed' } : { status: 'compileError', reason: 'not drawn' },
      ]),
    );
  }
}

function rank({ fileName, location: { start, end }, replacement }) {
  const file = fileName.slice(fileName.lastIndexOf('/lib/'));
  const name = [process.env.SAMPLE_SEED, file, start.line, start.column, end.line, end.column, replacement];
  return createHash('sha256').update(name.join('\0')).digest('hex');
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'sample', Sample)];
