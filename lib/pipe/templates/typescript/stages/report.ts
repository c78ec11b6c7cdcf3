import { readFile, writeFile } from 'node:fs/promises';
import { defineStage } from 'pipewright/stage';

/** A page with one list for each length. */
export default defineStage({
  inputs: { counts: 'many' },
  outputs: ['page'],
  run: async ({ inputs, outputs }) => {
    const lists = inputs.counts.map(async ({ path, point }) => {
      const counts = JSON.parse(await readFile(path, 'utf8')) as [word: string, count: number][];
      const lines = counts.map(([word, count]) => `- ${count} ${word}`);
      return `## ${point.length} letters and more\n\n${lines.join('\n')}\n`;
    });
    await writeFile(outputs.page, `# Frequent words\n\n${(await Promise.all(lists)).join('\n')}`);
  },
});
