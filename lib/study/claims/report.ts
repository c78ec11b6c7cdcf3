import type { Claim } from './claim.ts';
import { claims } from './claims.ts';
import { hasLateCheckpoint, type Evidence, type Similarity, type VariantEvidence } from './evidence.ts';
import { behindFloors, fallInWords, floorTable } from './fall-words.ts';
import { floorsOf, type MethodFloors } from './floors.ts';
import type { ClaimsParams } from './parameters.ts';
import { describeRule } from './rule.ts';
import type { Sensitivity } from './sensitivity.ts';
import { sensitivitySection } from './sensitivity-words.ts';
import { count, type Finding, together } from './verdict.ts';
import { behind, openText } from './words.ts';
import { counted, p, percent, ranged, rounded, table } from './written.ts';

type FloorsOfVariants = ReadonlyMap<
  VariantEvidence,
  Readonly<Record<'mssim' | 'spearman', readonly MethodFloors[]>>
>;

/** The claims as a page of Markdown: an overview, then each with its statistics, the floors, and what rules change. */
export function claimsPage(
  findings: readonly Finding[],
  { common, variants }: Evidence,
  sensitivity: Sensitivity,
  params: ClaimsParams,
): string {
  const floors: FloorsOfVariants = new Map(
    variants.map((variant) => {
      const of = (similarity: Similarity) => floorsOf(variant, similarity, params.level);
      return [variant, { mssim: of('mssim'), spearman: of('spearman') }];
    }),
  );
  return [
    '# The claims, tested',
    '',
    ...(common === '' ? [] : [`All runs: ${common}.`, '']),
    ...variants.map(describeVariant),
    '',
    ...overview(findings),
    '',
    ...howToRead(params),
    ...claims.flatMap((claim) => ['', ...section(claim, of(claim, findings), floors, params)]),
    '',
    ...floorSection(floors),
    '',
    ...sensitivitySection(sensitivity),
    '',
  ].join('\n');
}

function howToRead({ level, power }: ClaimsParams): readonly string[] {
  return [
    `The seed is the unit: an interval of ${percent(level)} is Student’s over seeds, each seed’s images averaged first; what both sides of a ` +
      'difference share is paired by seed, pairs of seeds are taken as pairs, and images that several seeds share add their own spread. ' +
      'One statistic decides a claim, its primary, which `claims.primary` names with direction and margin before anything is run: the claim ' +
      `holds or fails when its whole interval lies on one side of the line, which is wrong in at most ${percent(Number(((1 - level) / 2).toFixed(6)))} of studies each way, ` +
      'and is undecided otherwise. With fewer than three seeds nothing is decided. All other statistics are secondary: their p values are ' +
      `two-sided and corrected for their number within a claim (Holm). What could be seen is said for a power of ${percent(power)}.`,
  ];
}

function of(claim: Claim, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.claim === claim);
}

function describeVariant({ name, runs }: VariantEvidence): string {
  const stops = runs.map(({ seed, stop }) => `${stop} (seed ${seed})`).join(', ');
  const last = Math.max(...runs.flatMap(({ checkpoints }) => checkpoints.map(({ epoch }) => epoch)));
  const none = runs.filter((run) => !hasLateCheckpoint(run));
  const without =
    none.length > 0
      ? ` No checkpoint after it: seed ${none.map(({ seed }) => seed).join(', ')}, left out of all that is late.`
      : '';
  const end = Number.isFinite(last) ? `last checkpoint: epoch ${last}` : 'no checkpoint';
  return `- ${name}: ${counted(runs.length, 'seed')}; early stopping at epoch ${stops}; ${end}.${without}`;
}

/** Where several settings decide, what each found stands in a table of its own. */
function overview(findings: readonly Finding[]): readonly string[] {
  const primary = findings.filter((finding) => finding.primary);
  const settings = [...new Set(primary.map(({ setting }) => setting))];
  const found = settings.length < 2 ? ['value', 'interval'] : [];
  const columns = [
    'claim',
    'verdict',
    'primary statistic',
    ...found,
    'others that hold, fail, stay open:',
    'look at',
  ];
  const rows = claims.map((claim) => overviewRow(claim, of(claim, findings), found.length > 0));
  return [...table(columns, rows), ...(settings.length < 2 ? [] : ['', ...settingsTable(primary, settings)])];
}

function overviewRow(
  { number, text, figure }: Claim,
  own: readonly Finding[],
  values: boolean,
): readonly string[] {
  const primary = own.filter((finding) => finding.primary);
  const others = own.filter((finding) => !finding.primary);
  const [only] = primary;
  const single = primary.length === 1 ? only : undefined;
  return [
    `${number}. ${text}`,
    primary.length > 0 ? together(own) : own.length > 0 ? 'no primary declared' : 'not tested',
    only ? `${only.statistic} ${only.rule ? describeRule(only.rule) : ''}` : '',
    ...(values
      ? [
          single?.estimate ? rounded(single.estimate.value) : '',
          single?.interval ? ranged(single.interval) : '',
        ]
      : []),
    [count(others, 'held'), count(others, 'not held'), count(others, 'undecided')].join(', '),
    figure,
  ];
}

/** What each setting says of each claim. */
function settingsTable(primary: readonly Finding[], settings: readonly string[]): readonly string[] {
  const cell = (claim: Claim, setting: string): string =>
    of(claim, primary)
      .filter((finding) => finding.setting === setting)
      .map(({ verdict, ...finding }) => `${valueWords(finding)} ${verdict ?? ''}`.trim())
      .join('; ');
  const rows = claims.map((claim) => [String(claim.number), ...settings.map((each) => cell(claim, each))]);
  return table(['claim', ...settings], rows);
}

/** ` 0.273 (0.166 to 0.380)`, as far as there is one. */
function valueWords({ estimate, interval }: Pick<Finding, 'estimate' | 'interval'>): string {
  return `${estimate ? ` ${rounded(estimate.value)}` : ''}${interval ? ` (${ranged(interval)})` : ''}`;
}

/** The methods whose fall bears on a claim. */
const fallsOf: Readonly<Record<string, readonly string[]>> = {
  drift: ['saliency', 'grad-cam'],
  steady: ['guided-backpropagation', 'deconvolution', 'guided-backpropagation-minus'],
};

function section(
  claim: Claim,
  own: readonly Finding[],
  floors: FloorsOfVariants,
  params: ClaimsParams,
): readonly string[] {
  const heading = [`## ${claim.number}. ${claim.text}`, ''];
  if (own.length === 0) return [...heading, 'Not tested: this study has nothing to test it on.'];
  const primary = own.filter((finding) => finding.primary);
  const falls = [...floors].flatMap(([{ name }, { mssim }]) =>
    mssim.flatMap((found) =>
      fallsOf[claim.id]?.includes(found.method) ? (fallInWords(name, found) ?? []) : [],
    ),
  );
  return [
    ...heading,
    ...(primary.length > 0
      ? primary.map((finding) => primaryLine(finding, params))
      : ['Not decided: `claims.primary` names no statistic for it, or `claims.runs` no runs that are here.']),
    '',
    claim.measured,
    '',
    ...falls.flatMap((fall) => [`- ${fall}`]),
    ...(falls.length > 0 ? [''] : []),
    ...table(
      ['runs', 'statistic', 'value:', 'interval', 'holds if', 'p:', 'stands on', 'verdict'],
      own.map(row),
    ),
  ];
}

function primaryLine(finding: Finding, params: ClaimsParams): string {
  const { variant, statistic, rule, verdict, open } = finding;
  const asked = rule ? `, to be ${describeRule(rule)}` : '';
  const why = open ? ` ${openText(open, params)}` : '';
  return `- **${variant}: ${verdict ?? ''}.** ${statistic}${valueWords(finding)}${asked}; from ${behind(finding)}.${why}`;
}

function row(finding: Finding): readonly string[] {
  const { variant, statistic, estimate, interval, rule, primary, verdict } = finding;
  return [
    variant,
    primary ? `**${statistic}** (primary)` : statistic,
    estimate ? rounded(estimate.value) : 'not defined',
    interval ? ranged(interval) : '',
    rule ? describeRule(rule) : '',
    finding.p === null ? '' : p(finding.p),
    behind(finding),
    verdict ?? '',
  ];
}

function floorSection(floors: FloorsOfVariants): readonly string[] {
  const tables = [...floors].flatMap(([{ name }, found]) =>
    (['mssim', 'spearman'] as const).flatMap((similarity) => {
      const all = found[similarity];
      if (all.length === 0) return [];
      const starred = all.some(({ dependsOnImage }) => !dependsOnImage)
        ? [
            '',
            '\\* All maps of a class are equal: they do not depend on the image, and more images of them say no more.',
          ]
        : [];
      return [
        '',
        `${name}, ${similarity === 'mssim' ? 'MSSIM' : 'Spearman'} (${behindFloors(all)}):`,
        '',
        ...floorTable(all),
        ...starred,
      ];
    }),
  );
  return [
    '## What of the fall is there without late training',
    '',
    'Similarity of each method’s maps to early stopping at the last checkpoint, beside similarities that have nothing to do with late training: ' +
      'of checkpoints next to one another (after early stopping, before it, and late), of two seeds, and of the early-stopping net to the same net with every weight untrained, ' +
      'which is what chance leaves. Behind each, how much of the fall it is, (1 − floor) / (1 − last checkpoint): near 100 %, the fall says nothing of late training.',
    ...(tables.length > 0 ? tables : ['', 'Nothing lies after early stopping.']),
  ];
}
