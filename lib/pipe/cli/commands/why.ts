import { whyLines, type Explained } from '../../report/why.ts';
import { openProject } from '../../run/session.ts';
import { layoutOf, runsPath } from '../../store/layout.ts';
import { configure } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import type { ConfigurationOptions } from '../options.ts';
import { printIssues } from '../refusal.ts';
import { lastRuns } from '../../run/past-runs.ts';
import { chosen } from '../selection.ts';
import { planJson } from '../view/plan-json.ts';

interface WhyOptions extends ConfigurationOptions {
  readonly json?: true;
}

/** `pipe why`: the last run of each task named, and the next. */
export async function why(
  context: Context,
  patterns: readonly string[],
  options: WhyOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const named = chosen(context, configured, patterns, { only: true });
  if (named === null) return EXIT.mistake;
  const needed = chosen(context, configured, patterns, {})!;
  const { manifest, graph, directory } = configured;
  const project = openProject(directory);
  try {
    // What the tasks named depend on has a say in whether they run; and of what is temporary, all that read it.
    const temporary = [...needed.selection].some((index) =>
      graph.tasks[index]!.outputs.some(({ temp }) => temp === true),
    );
    const asked = temporary ? new Set(graph.tasks.keys()) : needed.selection;
    const stages = new Set([...needed.selection].map((index) => graph.tasks[index]!.stage.name));
    const found = await project.inspect(manifest, graph, asked);
    const inspection = {
      ...found,
      stageIssues: found.stageIssues.filter(({ stage }) => stages.has(stage)),
      inputIssues: found.inputIssues.filter(({ stage }) => stages.has(stage)),
    };
    const tasks = inspection.tasks.filter(({ index }) => named.selection.has(index));
    const ids = new Set(tasks.map(({ id }) => id));
    const past = lastRuns(runsPath(layoutOf(directory)), ids, manifest.experiment);
    const explained = tasks.map(({ index, id, plan }): Explained => {
      const stage = graph.tasks[index]!.stage.name;
      const notes = inspection.codeNotes.filter((note) => note.stage === stage);
      return { id, past: past.get(id) ?? null, plan, reworded: notes.map(({ file }) => file) };
    });
    if (options.json === true)
      for (const { id, plan, ...rest } of explained)
        context.out(`${JSON.stringify({ task: id, ...rest, plan: planJson(plan, graph) })}\n`);
    else for (const line of whyLines(explained, graph, context.style)) context.out(`${line}\n`);
    if (inspection.stageIssues.length + inspection.inputIssues.length === 0) return EXIT.ok;
    printIssues(context, configured, inspection.stageIssues, inspection.inputIssues);
    return EXIT.mistake;
  } finally {
    await project.close();
  }
}
