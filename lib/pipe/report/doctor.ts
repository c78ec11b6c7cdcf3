import type { Finding } from '../stage/doctor.ts';
import type { Examination } from '../run/project.ts';
import type { Style } from './style.ts';
import { columnsOf, padded } from './width.ts';

const WORDS: Readonly<Record<Finding['state'], string>> = {
  taken: 'taken',
  idle: 'not taken',
  absent: 'not there',
  fact: '',
};

/** What pipe itself knows of the machine, then what the project found. */
export function doctorLines(
  facts: readonly (readonly [name: string, text: string])[],
  { findings, failure }: Examination,
  style: Style,
): string[] {
  const { colors } = style;
  const names = Math.max(
    ...[...facts.map(([name]) => name), ...findings.map(({ name }) => name)].map(columnsOf),
  );
  const words = Math.max(0, ...findings.map(({ state }) => WORDS[state].length));
  const failed = failure === null ? [] : failure.split('\n');
  return [
    ...facts.map(([name, text]) => `${colors.bold(padded(name, names))}  ${text}`),
    ...findings.map(({ name, state, text }) => {
      const word = painted(state, padded(WORDS[state], words), style);
      return `${colors.bold(padded(name, names))}  ${state === 'fact' ? '' : `${word}  `}${text}`;
    }),
    ...failed.map((line, i) => `${i === 0 ? colors.red('the project cannot be examined: ') : '  '}${line}`),
  ];
}

function painted(state: Finding['state'], text: string, { colors }: Style): string {
  switch (state) {
    case 'taken':
      return colors.green(text);
    case 'idle':
    case 'fact':
      return text;
    case 'absent':
      return colors.dim(text);
  }
}
