import type { Locked } from '../run/hold.ts';
import type { Graph } from '../graph/graph.ts';
import { pathGivenUnder } from '../graph/parameters.ts';
import { groupBy } from '../group.ts';
import { inOrder, type Diagnostic, type Problem } from '../manifest/diagnostic.ts';
import type { Source } from '../manifest/source.ts';
import { inputIssueHint, inputIssueText } from '../report/issue.ts';
import type { InputIssue, StageIssue } from '../files/issue.ts';
import { runLockPath } from '../store/layout.ts';
import { printDiagnostics, type Configured } from './configuration.ts';
import { mistake, type Context } from './context.ts';

/** Prints why a run would not start, each at its place in `pipeline.yaml`. */
export function printIssues(
  context: Context,
  { source, text, graph }: Configured,
  stageIssues: readonly StageIssue[],
  inputIssues: readonly InputIssue[],
): void {
  const diagnostics: Diagnostic[] = [
    ...stageIssues.map(({ stage, path, given, message, hint }) =>
      source.diagnose({
        path: given ? ['params', ...given] : ['stages', stage, ...path],
        message,
        ...(hint !== undefined && { hint }),
      }),
    ),
    // Forty tasks that miss one file are one mistake.
    ...[...groupBy(inputIssues, ({ stage, input, path }) => `${stage} ${input} ${path}`).values()].map(
      ([issue]) => source.diagnose(inputProblem(issue!, graph, source)),
    ),
  ];
  printDiagnostics(context, inOrder(diagnostics), text);
}

/** At the path that is wrong, wherever it is given; what links make of it is said where the stage takes it. */
function inputProblem(issue: InputIssue, graph: Graph, source: Source): Problem {
  const { input, reason } = issue;
  const { stage, point } = graph.byId.get(issue.task)!;
  const message = inputIssueText(issue);
  const path = ['stages', stage.name, 'inputs', input];
  if (reason === 'outside') return { path, message, hint: inputIssueHint(issue) };
  const given = pathGivenUnder(stage, point, input);
  const key = reason === 'unmatched' ? 'glob' : 'path';
  const at = given === undefined ? [...path, key] : ['params', ...given];
  // Whoever just gave it need not be told how.
  const typed = source.locate(at, 'origin').typed !== undefined;
  return { path: at, part: 'origin', message, hint: inputIssueHint(issue, typed ? undefined : given) };
}

/** Says that a process on another host holds the project, and what to do; gives the exit status for it. */
export function refuseHeld(context: Context, { host, pid, within }: Locked): number {
  if (within)
    return mistake(
      context,
      `a task of the run that holds this project (process ${pid}) asks for it: each would wait for the other`,
      'what is to be made first is a stage of its own, whose output the task reads, or that it comes after',
    );
  return mistake(
    context,
    `another pipe run holds this project: process ${pid} on ${host}`,
    `whether it still lives cannot be seen from here; when it does not, remove ${runLockPath('.').slice(2)}`,
  );
}
