import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** Where artifacts of the profiles `long` and `long-decayed` lie. */
export interface Taken {
  readonly long: string;
  readonly decayed: string;
}

const figures = 'plot/dataset=cifar10-5000/model=resnet-8/figures';

/** What docs/results/ has, by the profile whose artifacts it is taken from. */
const files: Readonly<Record<keyof Taken, Readonly<Record<string, string>>>> = {
  long: {
    'both.arrow': 'claims/claims.arrow',
    'both.md': 'claims/claims.md',
    'figure-2.png': `${figures}/figure-2.png`,
    'figure-5-constant.png': `${figures}/figure-5-augment.png`,
    'figure-6-constant.png': `${figures}/figure-6-augment.png`,
  },
  decayed: {
    'decayed.arrow': 'claims/claims.arrow',
    'decayed.md': 'claims/claims.md',
    'figure-5-decayed.png': `${figures}/figure-5-augment-recipe-decayed.png`,
    'figure-6-decayed.png': `${figures}/figure-6-augment-recipe-decayed.png`,
    'sensitivity-decayed.png': 'claims/figures/sensitivity.png',
  },
};

/** The last checkpoints that a page of claims speaks of. */
export function horizonsOf(page: string): readonly string[] {
  return [...new Set([...page.matchAll(/last checkpoint: epoch (\d+)/g)].map(([, epoch]) => epoch!))];
}

/**
 * Copies what the page of results is made of into its folder. What is missing, or of runs of other lengths, is said in
 * words, and nothing is copied.
 */
export async function takeResults(from: Taken, folder: string): Promise<readonly string[]> {
  const wanted = (['long', 'decayed'] as const).flatMap((profile) =>
    Object.entries(files[profile]).map(([to, path]) => ({
      path: join(from[profile], path),
      to: join(folder, to),
    })),
  );
  const missing = wanted.filter(({ path }) => !existsSync(path));
  if (missing.length > 0) return missing.map(({ path }) => `there is no ${path}`);
  const horizons = [from.long, from.decayed].map((artifacts) =>
    horizonsOf(readFileSync(join(artifacts, 'claims/claims.md'), 'utf8')),
  );
  if (new Set(horizons.flat()).size !== 1)
    return [
      `the runs do not end at one epoch: ${horizons.map((found) => found.join(', ') || 'none').join(' and ')}`,
    ];
  for (const { path, to } of wanted)
    if (to.endsWith('.md'))
      writeFileSync(
        to,
        await format(readFileSync(path, 'utf8'), { ...(await resolveConfig(to)), parser: 'markdown' }),
      );
    else copyFileSync(path, to);
  return [];
}

/**
 * Numbers in the words of a page that no other page has: decimals, rounded as they are written, and percentages.
 * Tables, headings and code are no words.
 */
export function unfounded(words: string, pages: readonly string[]): readonly string[] {
  const known = pages.flatMap((page) => numbersIn(page));
  return numbersIn(
    words
      .replaceAll(/```[^]*?```/g, '')
      .split('\n')
      .filter((line) => !/^\s*[|#<]/.test(line))
      .join('\n'),
  )
    .filter(({ value, decimals, percent }) =>
      known.every(
        (one) =>
          one.percent !== percent ||
          // Also what was rounded before it was written here.
          Math.abs(Math.abs(one.value) - Math.abs(value)) > 0.5 * 10 ** -decimals + 1e-9,
      ),
    )
    .map(({ text }) => text);
}

function numbersIn(page: string) {
  return [...page.matchAll(/([−-]?\d+(?:\.(\d+))?)( %)?/g)]
    .map(([text, number, fraction = '', percent]) => ({
      text,
      value: Number(number!.replace('−', '-')),
      decimals: fraction.length,
      percent: percent !== undefined,
    }))
    .filter(({ decimals, percent }) => percent || decimals > 0);
}
