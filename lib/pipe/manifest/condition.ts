import type { Json, JsonObject, Point, Scalar } from '../json.ts';
import { axesIn, chosenAt, type Choice, type ChoiceNote } from './choice.ts';
import type { Path } from './diagnostic.ts';
import type { RawStage } from './grammar.ts';
import type { Condition } from './manifest.ts';
import type { Report, Resolver } from './reference.ts';
import { placeholdersOf, templateOf } from './template.ts';

const PARAMS = 'params.';

/** All that a stage's `when` asks. `choices`: references in it that need a task. */
export function readWhen(
  raw: RawStage['when'],
  { resolver, choices }: { readonly resolver: Resolver; readonly choices: readonly ChoiceNote[] },
  report: Report,
): readonly Condition[] {
  if (raw === undefined) return [];
  const listed = Array.isArray(raw);
  const items = listed ? raw : [raw];
  return items.flatMap((item, index): Condition[] => {
    const path: Path = listed ? ['when', index] : ['when'];
    if (typeof item === 'boolean') return item ? [] : [{ kind: 'never', path }];
    if (typeof item === 'string') {
      const note = choices.find((each) => each.path.join() === path.join());
      if (note !== undefined && axesIn(note.choice).length > 0)
        return [{ kind: 'true', choice: note.choice, path }];
      report({
        path,
        message: 'a condition is true or false',
        hint: 'as a value of its own: `when: ${report.draw}`',
      });
      return [];
    }
    return Object.entries(item).map(([key, value]): Condition => {
      const values = Array.isArray(value) ? value : [value];
      const here = [...path, key];
      if (!key.startsWith(PARAMS)) return { kind: 'axis', axis: key, values, path: here };
      const keys = resolver.qualified(key.slice(PARAMS.length).split('.').map(templateOf));
      return { kind: 'parameter', keys, values, path: here };
    });
  });
}

/** The axes that a condition asks about. */
export function axesAsked(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'never':
      return [];
    case 'true':
      return axesIn(condition.choice);
    case 'axis':
      return [condition.axis];
    case 'parameter':
      return condition.keys.flatMap(placeholdersOf);
  }
}

/** Whether it holds at a point, all of whose axes are known. */
export function holds(condition: Condition, params: JsonObject, point: Point): boolean {
  switch (condition.kind) {
    case 'never':
      return false;
    case 'true':
      return chosenAt(condition.choice, params, point) === true;
    case 'axis':
      return isOneOf(point[condition.axis], condition.values);
    case 'parameter':
      return isOneOf(chosenAt(asChoice(condition), params, point), condition.values);
  }
}

/** The parameter that a condition asks for, as a reference. */
export function asChoice({ keys, path }: Extract<Condition, { kind: 'parameter' }>): Choice {
  return [{ written: String(path.at(-1)), keys }];
}

/** Numbers and their texts are one value, as in the names of tasks. */
export function isOneOf(value: Json | undefined, values: readonly Scalar[]): boolean {
  return (
    value !== undefined && typeof value !== 'object' && values.some((each) => String(each) === String(value))
  );
}
