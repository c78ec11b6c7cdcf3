import type { Columns } from 'pipewright/arrow';
import { claims } from './claims.ts';
import type { Sensitivity, SensitivityCell, SensitivityRow } from './sensitivity.ts';
import { listed, rounded, table } from './written.ts';

/** Which verdicts other choices would change. */
export function sensitivitySection(rows: Sensitivity): readonly string[] {
  const settings = [...new Set(rows.map(({ setting }) => setting))];
  return [
    '## What other choices would change',
    '',
    'Each row makes one choice otherwise than the study declares, and asks the same primary statistics again: verdict and value, bold where the verdict is another; of other references and other scores, another than of the same images as declared.',
    ...settings.flatMap((setting) => {
      const own = rows.filter((row) => row.setting === setting);
      return [
        '',
        ...(settings.length > 1 && setting !== '' ? [`${setting}:`, ''] : []),
        ...table(
          ['rule', ...claims.map(({ number }) => String(number))],
          own.map((row) => [row.rule, ...cellTexts(row)]),
        ),
        '',
        inWords(own),
      ];
    }),
  ];
}

function cellTexts({ cells }: SensitivityRow): readonly string[] {
  return cells.map(({ verdict, value, changed }) => {
    if (verdict === null) return '';
    const text = value === null ? verdict : `${verdict} ${rounded(value)}`;
    return changed ? `**${text}**` : text;
  });
}

function inWords(rows: readonly SensitivityRow[]): string {
  const changes = claims.flatMap(({ number }) => {
    const cellOf = ({ cells }: SensitivityRow): SensitivityCell | undefined =>
      cells.find(({ claim }) => claim === number);
    const by = rows.filter((row) => cellOf(row)?.changed).map(({ rule }) => rule);
    return by.length > 0 ? [`claim ${number} (${by.join('; ')})`] : [];
  });
  return changes.length > 0 ? `Another verdict: ${listed(changes)}.` : 'No choice changes a verdict.';
}

/** A row for each rule and claim. */
export function sensitivityColumns(rows: Sensitivity): Columns {
  const flat = rows.flatMap(({ rule, setting, cells }) => cells.map((cell) => ({ rule, setting, ...cell })));
  return {
    rule: { type: 'utf8', values: flat.map(({ rule }) => rule) },
    setting: { type: 'utf8', values: flat.map(({ setting }) => setting) },
    claim: { type: 'int32', values: flat.map(({ claim }) => claim) },
    verdict: { type: 'utf8', values: flat.map(({ verdict }) => verdict) },
    value: { type: 'float64', values: flat.map(({ value }) => value) },
    changed: { type: 'bool', values: flat.map(({ changed }) => changed) },
  };
}
