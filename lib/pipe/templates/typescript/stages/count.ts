import { readFile, writeFile } from 'node:fs/promises';
import { defineStage } from 'pipewright/stage';
import { wordsOf } from '../lib/words.ts';

/** Counts the words of a text that have at least `axes.length` letters. */
export default defineStage({
  inputs: { text: 'one' },
  outputs: ['counts'],
  run: async ({ params, axes, inputs, outputs, log }) => {
    const words = wordsOf(await readFile(inputs.text.path, 'utf8'), Number(axes.length));
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    log(`${words.length} words, ${counts.size} of them different`);
    await writeFile(outputs.counts, JSON.stringify(sorted.slice(0, Number(params.top))));
  },
});
