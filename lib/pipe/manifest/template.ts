import { placesIn, type ShellPlace } from './shell-text.ts';

/** A path or pattern with `{axis}` and `{axes}` in it, taken apart once and filled in for every task. */
export type Template = readonly Piece[];
type Piece = string | { readonly axis: string };

/** Stands for `axis=value/axis=value…` of all axes of the task. */
export const ALL_AXES = 'axes';

/** In a glob, `{a,b}` is an alternative and stays as it is: only a lone name is a placeholder. */
export function templateOf(text: string): Template {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(/\{([A-Za-z_][\w-]*)\}/g)) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    pieces.push({ axis: match[1]! });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

export function placeholdersOf(template: Template): string[] {
  return template.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.axis]));
}

/** A placeholder of a command: what stands in the braces, and where. */
export interface CommandPlaceholder {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** `list`: a file that names the files of an input. `file`: one with all parameters. `python`: the stage's interpreter. */
  readonly kind: 'inputs' | 'list' | 'outputs' | 'params' | 'file' | 'python' | 'axis';
  /** `x` of `{inputs.x}` and `{inputs.x.list}`, `a.b` of `{params.a.b}`, the axis's name. */
  readonly name: string;
  /** What stands around it; in a comment it is left as it is. */
  readonly at: ShellPlace;
}

/**
 * The placeholders of a command outside its comments. `${…}` belongs to the shell; `{word}` is a placeholder only if the stage
 * has an axis of that name, since awk and others write braces too.
 */
export function commandPlaceholders(command: string, axes: readonly string[]): CommandPlaceholder[] {
  const found: Omit<CommandPlaceholder, 'at'>[] = [];
  for (const match of command.matchAll(
    /(?<!\$)\{(?:(inputs|outputs|params)\.([^{}\s]*)|([A-Za-z_][\w-]*))\}/g,
  )) {
    const [text, kind, name, axis] = match;
    const place = { text, start: match.index, end: match.index + text.length };
    if (kind === 'inputs' && name!.endsWith('.list')) {
      found.push({ ...place, kind: 'list', name: name!.slice(0, -'.list'.length) });
    } else if (axis === undefined) {
      found.push({ ...place, kind: kind as 'inputs' | 'outputs' | 'params', name: name! });
    } else if (axes.includes(axis)) {
      found.push({ ...place, kind: 'axis', name: axis });
    } else if (axis === 'params') {
      found.push({ ...place, kind: 'file', name: '' });
    } else if (axis === 'python') {
      found.push({ ...place, kind: 'python', name: '' });
    }
  }
  const places = placesIn(
    command,
    found.map(({ start }) => start),
  );
  return found
    .map((placeholder, index) => ({ ...placeholder, at: places[index]! }))
    .filter(({ at }) => at !== 'comment');
}
