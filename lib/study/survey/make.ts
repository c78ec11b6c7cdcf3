import { randomInt } from 'node:crypto';
import { goesOn, methodsOfImages, whyIneligible } from './candidates.ts';
import { type Counts, type Design, design } from './design.ts';
import type { SurveyKey } from './key.ts';
import { readPacks } from './packs.ts';

export interface MakeOptions {
  /** Folder of a study's artifacts, which has `pack/` in it. */
  readonly artifacts: string;
  /** Values of axes that runs have to have. */
  readonly where: Readonly<Record<string, string>>;
  /** Empty for the usual ones. */
  readonly methods: readonly string[];
  readonly counts: Counts;
  readonly choices: number;
  /** Null for one that nobody can guess. */
  readonly seed: number | null;
}

export interface Made {
  readonly page: Design['page'];
  readonly key: SurveyKey;
  readonly methods: readonly string[];
  readonly leftOut: Design['leftOut'];
  /** Pairs that each method got; fewer than asked for where there are no more. */
  readonly pairs: ReadonlyMap<string, number>;
}

/** What the paper's text is about first: the gradient itself, and the method whose maps it saw change most. */
const USUAL = ['saliency', 'grad-cam'];

/** Seeds are drawn below this. */
const SEEDS = 2 ** 32;

/** Draws a survey from what a study packed for its report. Errors are what a user can mend. */
export async function makeSurvey(options: MakeOptions): Promise<Made> {
  const { artifacts, where, counts, choices } = options;
  const packs = await readPacks(artifacts, where);
  const asked = Object.entries(where).map(([axis, value]) => `${axis}=${value}`);
  if (packs.length === 0)
    throw new Error(
      `no packed runs${asked.length > 0 ? ` of ${asked.join(', ')}` : ''} in ${artifacts}/pack; \`npx pipe run pack\` makes them`,
    );
  const runs = packs.filter(goesOn);
  if (runs.length === 0)
    throw new Error(`no run in ${artifacts}/pack was explained at an epoch after early stopping`);
  const methods = options.methods.length > 0 ? options.methods : usualMethods(methodsOfImages(runs));
  for (const method of methods) {
    const why = whyIneligible(runs, method);
    if (why?.reason === 'unknown')
      throw new Error(`there are no maps by ${method}; by ${methodsOfImages(runs).join(', ')} there are`);
    if (why)
      throw new Error(
        `${method} has one map for a whole class in some run: asked about it, people see no image`,
      );
  }
  const seed = options.seed ?? randomInt(SEEDS);
  const { page, key, leftOut } = design(runs, { methods, counts, choices, seed });
  const pairs = new Map(
    methods.map((method) => [
      method,
      key.trials.filter((each) => each.kind === 'preference' && !each.repeat && each.method === method)
        .length,
    ]),
  );
  const shown = runs.map(({ run, digest }) => ({
    point: run.point,
    early: run.stop,
    late: run.epochs.at(-1)!,
    maps: digest,
  }));
  return { page, key: { ...key, runs: shown }, methods, leftOut, pairs };
}

function usualMethods(there: readonly string[]): readonly string[] {
  const usual = USUAL.filter((method) => there.includes(method));
  return usual.length > 0 ? usual : there.slice(0, USUAL.length);
}
