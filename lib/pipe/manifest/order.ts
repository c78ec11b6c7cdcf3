import type { Path, Problem } from './diagnostic.ts';
import type { Stage } from './manifest.ts';

/** Depth first in the order of the file. An edge back to a stage that is still open closes a circle. */
export function sorted(
  stages: readonly Stage[],
  byName: ReadonlyMap<string, Stage>,
  problems: Problem[],
): { order: Stage[]; circular: Set<string> } {
  const order: Stage[] = [];
  const circular = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];

  function visit(stage: Stage): void {
    state.set(stage.name, 'open');
    trail.push(stage.name);
    for (const { stage: before, path: written } of comesAfter(stage)) {
      const next = byName.get(before);
      if (next === undefined || state.get(next.name) === 'done') continue;
      if (state.get(next.name) === undefined) {
        visit(next);
        continue;
      }
      const circle = trail.slice(trail.indexOf(next.name));
      for (const member of circle) circular.add(member);
      // Said in the direction of the data, from the stage that is read back to itself.
      const path = [next.name, ...circle.slice(1).reverse(), next.name].join(' → ');
      const hint = next === stage ? 'a chain over an axis is written as a `scan`' : undefined;
      problems.push({
        path: written,
        message: `stages need each other in a circle: ${path}`,
        hint,
      });
    }
    trail.pop();
    state.set(stage.name, 'done');
    order.push(stage);
  }
  for (const stage of stages) if (!state.has(stage.name)) visit(stage);
  return { order, circular };
}

/** The stages that come before one, and where it says so: those that it reads, and those of `after`. */
function comesAfter(stage: Stage): readonly { readonly stage: string; readonly path: Path }[] {
  return [
    ...stage.inputs.flatMap(({ name, source }) =>
      source.kind === 'output' ? [{ stage: source.stage, path: fromPath(stage, name) }] : [],
    ),
    ...stage.after.map((before, index) => ({ stage: before, path: afterPath(stage, index) })),
  ];
}

/** Where a stage of `after` is written. */
export function afterPath(stage: Stage, index: number): Path {
  return ['stages', stage.name, 'after', index];
}

/** Where the stage and output that an input reads are written. */
export function fromPath(stage: Stage, input: string): Path {
  return ['stages', stage.name, 'inputs', input, 'from'];
}
