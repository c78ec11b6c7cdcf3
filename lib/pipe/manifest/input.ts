import { axesIn, type Choice, type ChoiceNote } from './choice.ts';
import type { Path, Problem } from './diagnostic.ts';
import type { RawInput, RawStage } from './grammar.ts';
import type { InputSource, StageInput } from './manifest.ts';
import { normalPath, whyOutside } from './path.ts';
import type { Report } from './reference.ts';
import { checkName } from './name.ts';
import { translatedCall } from './other-tools.ts';

/** Inputs that could not be read are left out, after their mistake has been reported. */
export function readInputs(
  raw: NonNullable<RawStage['inputs']>,
  choices: readonly ChoiceNote[],
  report: Report,
): StageInput[] {
  return Object.entries(raw).flatMap(([name, input]) => {
    const path: Path = ['inputs', name];
    checkName(name, 'input', { path, part: 'key' }, report);
    const choice = choices.find(({ path }) => path[0] === 'inputs' && path[1] === name)?.choice ?? [];
    const source = readSource(input, axesIn(choice).length > 0 ? choice : null, (problem) => {
      report({ ...problem, path: [...path, ...problem.path] });
    });
    return source === null ? [] : [{ name, source }];
  });
}

/** `choice`: what gives the path or pattern for each task, where an axis does. */
function readSource(input: RawInput, choice: Choice | null, report: Report): InputSource | null {
  const call = typeof input === 'string' ? translatedCall(input) : undefined;
  if (call !== undefined) {
    report({ path: [], message: `\`${input as string}\` is no path`, hint: call });
    return null;
  }
  if (typeof input === 'string') {
    if (choice !== null) {
      // Which stage it is would not be known before there are tasks.
      if (choice.some((piece) => typeof piece === 'string' && piece.includes('/')))
        return { kind: 'path', path: choice, external: false };
      const hint = `write \`{ path: '${input}' }\``;
      report({ path: [], message: 'a path that an axis chooses needs to say that it is one', hint });
      return null;
    }
    if (input.includes('/')) return pathSource(input, false, [], report);
    return outputSource(input, {}, [], report);
  }
  if ('from' in input) return outputSource(input.from, input, ['from'], report);
  if ('glob' in input) {
    if (choice !== null) return { kind: 'glob', pattern: choice };
    checkInside(input.glob, ['glob'], report);
    return { kind: 'glob', pattern: normalPattern(input.glob) };
  }
  if (choice !== null) return { kind: 'path', path: choice, external: input.external ?? false };
  return pathSource(input.path, input.external ?? false, ['path'], report);
}

type Selecting = Pick<Extract<RawInput, { from: string }>, 'gather' | 'at' | 'file'>;

function outputSource(
  written: string,
  { gather = [], at = {}, file }: Partial<Selecting>,
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
  if (file === undefined) return { kind: 'output', stage, output, gather, at };
  const reason = file.trim() === '' || file.endsWith('/') ? 'is no file' : whyOutside(file);
  if (reason !== null)
    report({
      path: ['file'],
      message: `\`${file}\` ${reason === 'leaves the project' ? 'leaves the output' : reason}`,
    });
  return { kind: 'output', stage, output, gather, at, file: normalPath(file) };
}

function pathSource(path: string | null, external: boolean, at: Path, report: Report): InputSource {
  if (path === null) return { kind: 'path', path: null, external };
  if (!external) checkInside(path, at, report);
  return { kind: 'path', path: normalPath(path), external };
}

export function normalPattern(glob: string): string {
  return glob.replace(/^(\.\/)+/, '');
}

export function checkInside(path: string, at: Path, report: Report): void {
  const reason = path.trim() === '' ? 'is empty' : whyOutside(path);
  if (reason === null) return;
  const problem: Problem = { path: at, message: `the path \`${path}\` ${reason}` };
  const hint = '`{ path: …, external: true }` allows it for inputs that are meant to lie elsewhere';
  report(reason === 'is empty' ? problem : { ...problem, hint });
}
