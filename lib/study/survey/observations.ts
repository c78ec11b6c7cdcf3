import type { Sheets } from './answers.ts';
import { otherSide, type TrialKey } from './key.ts';
import type { Said } from './share.ts';

/** What a person said, seen with the key. */
export interface Observation extends Said {
  readonly method: string;
  readonly group: string;
}

/** 1 for early stopping, 0 for late, a half for no difference. */
export interface Preference extends Observation {
  readonly repeat: boolean;
}

/** 1 where the class was told. */
export interface Told extends Observation {
  readonly checkpoint: 'early' | 'late';
  readonly chance: number;
}

export interface Observations {
  readonly preferences: readonly Preference[];
  /** 1 where a pair and its swapped repeat got the same answer. */
  readonly consistent: readonly Observation[];
  /** 1 where a catch was answered as it had to be. */
  readonly catches: readonly (Observation & { readonly kind: 'identical' | 'other' })[];
  readonly told: readonly Told[];
}

/** A preference: 1, 0, or a half. */
function preferenceOf(answer: string, early: 'left' | 'right'): number {
  if (answer === early) return 1;
  return answer === otherSide(early) ? 0 : 0.5;
}

/** All answers of all people, people and items numbered over all surveys. */
export function observe({ sheets }: Pick<Sheets, 'sheets'>): Observations {
  const preferences: Preference[] = [];
  const catches: Observations['catches'][number][] = [];
  const told: Told[] = [];
  const items = numbered();
  sheets.forEach(({ sheet, key }, person) => {
    sheet.answers.forEach((given, at) => {
      if (given === null) return;
      const trial = key.trials[at]!;
      const item = items(`${key.survey} ${trial.item}`);
      const said = { person, item, method: trial.method, group: trial.group };
      const { answer } = given;
      if (trial.kind === 'class')
        told.push({ ...said, value: Number(answer === trial.right), ...ofClass(trial) });
      else if (trial.kind === 'preference')
        preferences.push({ ...said, value: preferenceOf(String(answer), trial.early), repeat: trial.repeat });
      else {
        const right = trial.kind === 'identical' ? 'same' : trial.own;
        catches.push({ ...said, value: Number(answer === right), kind: trial.kind });
      }
    });
  });
  return { preferences, consistent: repeatsOf(preferences), catches, told };
}

function ofClass({ checkpoint, choices }: TrialKey & { kind: 'class' }): Pick<Told, 'checkpoint' | 'chance'> {
  return { checkpoint, chance: 1 / choices };
}

function repeatsOf(preferences: readonly Preference[]): Observation[] {
  const first = new Map(
    preferences.filter(({ repeat }) => !repeat).map((each) => [`${each.person} ${each.item}`, each]),
  );
  return preferences.flatMap((again) => {
    const before = again.repeat ? first.get(`${again.person} ${again.item}`) : undefined;
    if (!before) return [];
    const { person, item, method, group } = again;
    return [{ person, item, method, group, value: Number(before.value === again.value) }];
  });
}

function numbered(): (name: string) => number {
  const numbers = new Map<string, number>();
  return (name) => {
    const found = numbers.get(name) ?? numbers.size;
    numbers.set(name, found);
    return found;
  };
}
