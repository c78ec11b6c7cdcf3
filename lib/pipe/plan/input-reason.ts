import type { Digest } from '../digest.ts';
import { canonicalJson, own } from '../json.ts';
import type { InputMember } from './action.ts';
import type { Reason } from './reason.ts';

/** What a member of an input is called now. */
export interface InputName {
  readonly path: string;
  /** The task that makes it; null for a file of the project. */
  readonly task: string | null;
}

export type InputNames = (input: string, position: number) => InputName;

type Inputs = Readonly<Record<string, readonly InputMember[]>>;

/** One reason for each file that was added, removed or changed, by name and place on the axes. */
export function inputReasons(before: Inputs, after: Inputs, names: InputNames): Reason[] {
  const inputs = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return inputs.flatMap((input) =>
    memberReasons(input, own(before, input) ?? [], own(after, input) ?? [], names),
  );
}

function memberReasons(
  input: string,
  before: readonly InputMember[],
  after: readonly InputMember[],
  names: InputNames,
): Reason[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const [was, is] = [before[0], after[0]];
  if (was && is && before.length === 1 && after.length === 1) {
    return [{ reason: 'input', input, ...names(input, 0), before: was[1], after: is[1] }];
  }
  const old = new Map(before.map((member) => [keyOf(member), member[1]]));
  const reasons: Reason[] = [];
  after.forEach((member, index) => {
    const key = keyOf(member);
    const was = old.get(key);
    old.delete(key);
    if (was === member[1]) return;
    reasons.push({ reason: 'input', input, ...names(input, index), ...beforeAfter(was, member[1]) });
  });
  for (const [key, digest] of old) {
    reasons.push({ reason: 'input', input, path: key, task: null, before: digest });
  }
  // The same files in another order are another input to the code.
  return reasons.length > 0 ? reasons : [{ reason: 'input', input, path: 'order of files', task: null }];
}

/** Members of a list are told apart by name and place on the axes. */
function keyOf([label, , point]: InputMember): string {
  return [label, placeText(point)].filter((part) => part !== '').join(' ');
}

function placeText(point: InputMember[2]): string {
  return Object.entries(point)
    .map(([axis, value]) => `${axis}=${value}`)
    .sort()
    .join(',');
}

function beforeAfter(before: Digest | undefined, after: Digest) {
  return before === undefined ? { after } : { before, after };
}
