import type { Checkpoint, CheckpointScore, RunEvidence, Scored, VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';

/** What is examined under a rule: other evidence, or other parameters. */
export interface Choice {
  readonly rule: string;
  readonly variants: readonly VariantEvidence[];
  readonly params: ClaimsParams;
  /** Claims that the rule has no say in, by their ids. */
  readonly without?: readonly string[];
  /** It asks of fewer images than are declared: its verdicts are set beside the declared ones of those. */
  readonly shared?: boolean;
}

function mapRuns(
  variants: readonly VariantEvidence[],
  of: (run: RunEvidence) => RunEvidence,
): readonly VariantEvidence[] {
  return variants.map((variant) => ({ ...variant, runs: variant.runs.map(of) }));
}

/** The images that are compared with other references too: fewer than all. */
function sharedImages(run: RunEvidence): ReadonlySet<number> {
  return new Set(
    run.alternatives.flatMap(({ checkpoints }) =>
      checkpoints.flatMap(({ scores }) => scores.map(({ image }) => image)),
    ),
  );
}

function ofImages(run: RunEvidence): RunEvidence {
  const images = sharedImages(run);
  const of = <S extends Scored>(scores: readonly S[]) => scores.filter(({ image }) => images.has(image));
  const checkpoints = run.checkpoints.map(({ epoch, scores }) => ({ epoch, scores: of(scores) }));
  return { ...run, checkpoints };
}

/** Of alternatives that are early stopping's own maps, compared in another way: what that is. */
const otherScores: Readonly<Record<string, string>> = {
  signed: 'maps with their sign',
  unsigned: 'maps without their sign',
  summed: 'channels summed',
  greatest: 'the greatest of the channels',
};

/** Claims that no reference has a say in, for no similarity to it is asked. */
const withoutReference = ['oscillation', 'pointing'];

/** Those without similarity, and those that set it beside floors, which are known in the study's own way alone. */
const withoutScores = [
  ...['late-training', 'augmentation', 'oscillation'],
  ...['seed-floor', 'temporal-floor', 'at-once'],
];

/** A run whose maps are compared with another reference, or in another way; without late ones where it lacks that. */
function against(run: RunEvidence, reference: string): RunEvidence {
  const found = run.alternatives.find((alternative) => alternative.reference === reference);
  if (!found) return { ...run, checkpoints: [] };
  const checkpoints = found.checkpoints.map(({ epoch, scores }): Checkpoint => ({ epoch, scores }));
  return { ...run, stop: found.epoch, checkpoints };
}

/** Each other reference in the place of early stopping; first early stopping itself, of the images they have. */
export function otherReferences(
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
): readonly Choice[] {
  const all = variants.flatMap(({ runs }) => runs.flatMap(({ alternatives }) => alternatives));
  const references = [...new Set(all.map(({ reference }) => reference))];
  if (references.length === 0) return [];
  return [
    {
      rule: 'as declared, of the images that other references have',
      variants: mapRuns(variants, ofImages),
      params,
      shared: true,
    },
    ...references.map((reference) => ({
      rule: otherScores[reference] ?? `compared with ${reference.replaceAll('-', ' ')}`,
      variants: mapRuns(variants, (run) => against(run, reference)),
      params,
      without: reference in otherScores ? withoutScores : withoutReference,
      shared: true,
    })),
  ];
}

/** The same statistics of the runs that `claims.runs` does not name: one axis turned to another value at a time. */
export function otherRuns(variants: readonly VariantEvidence[], params: ClaimsParams): readonly Choice[] {
  return Object.entries(params.runs).flatMap(([axis, declared]) => {
    const values = [...new Set(variants.map(({ point }) => point[axis]))];
    if (values.length < 2) return [];
    return values.flatMap((value) =>
      value === declared || value === undefined
        ? []
        : [
            {
              rule: `runs with ${axis}=${value}`,
              variants,
              params: { ...params, runs: { ...params.runs, [axis]: value } },
            },
          ],
    );
  });
}

/** Statistics with an ending of their name that says how images or maps were chosen otherwise. */
const endings = [
  { rule: 'images chosen by other seeds', ending: ', images chosen by other seeds' },
  { rule: 'images chosen by the seed itself', ending: ', images chosen by the seed itself' },
];

/** The primary statistics with images that another net put into their groups, or the run's own. */
export function otherGroups(variants: readonly VariantEvidence[], params: ClaimsParams): readonly Choice[] {
  const bare = (statistic: string): string =>
    endings.reduce((name, { ending }) => name.replace(ending, ''), statistic);
  return endings.map(({ rule, ending }) => ({
    rule,
    variants,
    params: {
      ...params,
      primary: Object.fromEntries(
        Object.entries(params.primary).map(([id, primary]) => [
          id,
          { ...primary, statistic: `${bare(primary.statistic)}${ending}` },
        ]),
      ),
    },
  }));
}

/** Undefined similarities counted as 0. */
export function filled(variants: readonly VariantEvidence[], params: ClaimsParams): Choice {
  const zeros = <S extends Scored>(scores: readonly S[]): readonly S[] =>
    scores.map((row) => ({
      ...row,
      mssim: row.mssim ?? 0,
      spearman: row.spearman ?? 0,
      spearmanEq8: row.spearmanEq8 ?? 0,
      mssimCommon: row.mssimCommon ?? 0,
      spearmanCommon: row.spearmanCommon ?? 0,
      spearmanEq8Common: row.spearmanEq8Common ?? 0,
    }));
  const ofRun = (run: RunEvidence): RunEvidence => ({
    ...run,
    checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
      epoch,
      scores: zeros<CheckpointScore>(scores),
    })),
    pairs: run.pairs.map((pair) => ({ ...pair, scores: zeros(pair.scores) })),
    floor: zeros(run.floor),
    lateFloor: zeros(run.lateFloor),
    crossed: zeros(run.crossed),
  });
  return { rule: 'undefined similarities as 0', variants: mapRuns(variants, ofRun), params };
}
