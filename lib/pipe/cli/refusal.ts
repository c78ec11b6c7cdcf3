import { inOrder, type Diagnostic } from '../manifest/diagnostic.ts';
import { groupBy } from '../group.ts';
import { inputIssueHint, inputIssueText } from '../report/issue.ts';
import type { InputIssue, StageIssue } from '../run/project.ts';
import { runLockPath } from '../store/layout.ts';
import { printDiagnostics, type Configured } from './configuration.ts';
import { mistake, type Context } from './context.ts';

/** Prints why a run would not start, each at its place in `pipeline.yaml`. */
export function printIssues(
  context: Context,
  { source, text }: Configured,
  stageIssues: readonly StageIssue[],
  inputIssues: readonly InputIssue[],
): void {
  const diagnostics: Diagnostic[] = [
    ...stageIssues.map(({ stage, path, given, message }) =>
      source.diagnose({ path: given ? ['params', ...given] : ['stages', stage, ...path], message }),
    ),
    // Forty tasks that miss one file are one mistake.
    ...[...groupBy(inputIssues, ({ stage, input, path }) => `${stage} ${input} ${path}`).values()].map(
      ([issue]) =>
        source.diagnose({
          path: ['stages', issue!.stage, 'inputs', issue!.input],
          message: inputIssueText(issue!),
          hint: inputIssueHint(issue!),
        }),
    ),
  ];
  printDiagnostics(context, inOrder(diagnostics), text);
}

/** Says that a process on another host holds the project, and what to do; gives the exit status for it. */
export function refuseHeld(
  context: Context,
  { host, pid }: { readonly host: string; readonly pid: number },
): number {
  return mistake(
    context,
    `another pipe run holds this project: process ${pid} on ${host}`,
    `whether it still lives cannot be seen from here; when it does not, remove ${runLockPath('.').slice(2)}`,
  );
}
