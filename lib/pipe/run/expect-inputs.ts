import type { InputIssue } from '../files/issue.ts';
import type { FileSource, SourceFiles } from '../files/source-files.ts';
import type { Task } from '../graph/graph.ts';
import { commandPlaceholders } from '../manifest/template.ts';

/** Finds the files of every input, which announces them; what cannot be found is an issue, once per path. */
export function expectInputs(tasks: readonly Task[], sources: SourceFiles): InputIssue[] {
  const issues = new Map<string, InputIssue>();
  for (const task of tasks) {
    for (const input of task.inputs) {
      for (const source of input.sources) {
        if (source.kind === 'output') continue;
        const expansion = sources.expand(source);
        const broken =
          expansion.type === 'files' ? twoLines(task, input.name, source, expansion.files) : expansion;
        if (broken === null) continue;
        const { path, reason } = broken;
        const key = [task.stage.name, input.name, path].join('\n');
        if (issues.has(key)) continue;
        issues.set(key, { stage: task.stage.name, task: task.id, input: input.name, path, reason });
      }
    }
  }
  return [...issues.values()];
}

/** The first path of two lines that a command would be given in a list, of which each is a line. */
function twoLines(
  { stage: { work }, point }: Task,
  input: string,
  source: FileSource,
  files: readonly { readonly name: string }[],
): Pick<InputIssue, 'path' | 'reason'> | null {
  const names = source.kind === 'path' ? [source.path] : files.map(({ name }) => name);
  const path = names.find((name) => name.includes('\n'));
  if (path === undefined || work.kind !== 'cmd') return null;
  const asked = commandPlaceholders(work.command, Object.keys(point));
  return asked.some(({ kind, name }) => kind === 'list' && name === input)
    ? { path, reason: 'two-lines' }
    : null;
}
