import type { Path, Problem } from './diagnostic.ts';
import type { RawInput, RawStage } from './grammar.ts';
import type { InputSource, StageInput } from './manifest.ts';
import { normalPath, whyOutside } from './path.ts';
import type { Report } from './reference.ts';
import { checkName } from './name.ts';

/** Inputs that could not be read are left out, after their mistake has been reported. */
export function readInputs(raw: NonNullable<RawStage['inputs']>, report: Report): StageInput[] {
  return Object.entries(raw).flatMap(([name, input]) => {
    const path: Path = ['inputs', name];
    checkName(name, 'input', { path, part: 'key' }, report);
    const source = readSource(input, (problem) => {
      report({ ...problem, path: [...path, ...problem.path] });
    });
    return source === null ? [] : [{ name, source }];
  });
}

function readSource(input: RawInput, report: Report): InputSource | null {
  if (typeof input === 'string') {
    if (input.includes('/')) return pathSource(input, false, [], report);
    return outputSource(input, {}, [], report);
  }
  if ('from' in input) return outputSource(input.from, input, ['from'], report);
  if ('glob' in input) {
    checkInside(input.glob, ['glob'], report);
    return { kind: 'glob', pattern: input.glob.replace(/^(\.\/)+/, '') };
  }
  return pathSource(input.path, input.external ?? false, ['path'], report);
}

type Selecting = Pick<Extract<RawInput, { from: string }>, 'gather' | 'at'>;

function outputSource(
  written: string,
  { gather = [], at = {} }: Partial<Selecting>,
  path: Path,
  report: Report,
): InputSource | null {
  const [stage, output, ...rest] = written.split('.');
  if (!stage || !output || rest.length > 0) {
    const hint = `write \`stage.output\`, or \`./${written}\` for a file`;
    report({ path, message: `\`${written}\` is neither an output of a stage nor a path`, hint });
    return null;
  }
  for (const [index, axis] of gather.entries()) {
    const again = gather.indexOf(axis) < index;
    if (again) report({ path: ['gather', index], message: `\`${axis}\` is gathered twice` });
    else if (Object.hasOwn(at, axis)) {
      report({ path: ['gather', index], message: `\`${axis}\` is fixed by \`at\` and cannot be gathered` });
    }
  }
  return { kind: 'output', stage, output, gather, at };
}

function pathSource(path: string | null, external: boolean, at: Path, report: Report): InputSource {
  if (path === null) return { kind: 'path', path: null, external };
  if (!external) checkInside(path, at, report);
  return { kind: 'path', path: normalPath(path), external };
}

function checkInside(path: string, at: Path, report: Report): void {
  const reason = path.trim() === '' ? 'is empty' : whyOutside(path);
  if (reason === null) return;
  const problem: Problem = { path: at, message: `the path \`${path}\` ${reason}` };
  const hint = '`{ path: …, external: true }` allows it for inputs that are meant to lie elsewhere';
  report(reason === 'is empty' ? problem : { ...problem, hint });
}
