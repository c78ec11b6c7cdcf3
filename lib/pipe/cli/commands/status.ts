import { jobLines } from '../../report/jobs.ts';
import { absentRecords } from '../../report/dag.ts';
import { statusLines, statusTaskLines } from '../../report/status.ts';
import type { EngineCommands } from '../../sites/command-queue.ts';
import { tasksInJobs } from '../../sites/jobs-now.ts';
import { layoutIn } from '../../store/layout.ts';
import { openProject } from '../../run/session.ts';
import type { Inspection } from '../../run/project.ts';
import { statedCapacity } from '../capacity.ts';
import { configure, type Configured } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import type { CapacityOptions, ConfigurationOptions, SelectionOptions } from '../options.ts';
import { printIssues } from '../refusal.ts';
import { chosen } from '../selection.ts';
import { declaredSites } from '../site.ts';
import { planJson } from '../view/plan-json.ts';

export interface StatusOptions extends ConfigurationOptions, SelectionOptions, CapacityOptions {
  readonly force?: true;
  readonly dryRun?: true;
  readonly tasks?: true;
  readonly json?: true;
}

/** `pipe status`, and `pipe run --dry-run`: what a run would do, and why. Changes nothing. */
export async function status(
  context: Context,
  patterns: readonly string[],
  options: StatusOptions,
): Promise<number> {
  const configured = configure(context, options, options.dryRun === true ? 'made' : 'found');
  if (configured === null) return EXIT.mistake;
  const selected = chosen(context, configured, patterns, options);
  if (selected === null) return EXIT.mistake;
  const { manifest, graph, directory } = configured;
  const stated = statedCapacity(context, manifest, options);
  if (stated === null) return EXIT.mistake;
  const project = openProject(directory);
  try {
    const seen = await project.inspect(manifest, graph, selected.selection, stated.capacity);
    const inspection = withForce(seen, selected.force);
    const layout = layoutIn(directory, context.env['PIPE_CACHE_DIR']);
    const jobs = await tasksInJobs(layout, context.env, commandsOf(context, configured));
    if (options.json === true) {
      const json = { ...statusJson(inspection, configured), ...(jobs.length > 0 && { jobs }) };
      context.out(`${JSON.stringify(json)}\n`);
    } else {
      const lines = options.tasks === true ? statusTaskLines : statusLines;
      for (const line of lines(inspection, graph, context.style)) context.out(`${line}\n`);
      for (const line of jobLines(jobs)) context.out(`${line}\n`);
    }
    return refused(context, configured, inspection) ? EXIT.mistake : EXIT.ok;
  } finally {
    await project.close();
  }
}

/** The commands by which sites are asked how jobs stand; looked for when there is one to be asked. */
function commandsOf(
  context: Context,
  { directory, manifest }: Configured,
): (site: string) => EngineCommands | null {
  return (name) => {
    const site = declaredSites(context, directory, manifest.sites)?.get(name);
    const { submit = '', status: asks = '', cancel = '' } = site ?? {};
    return asks === '' ? null : { submit, status: asks, cancel };
  };
}

function withForce(inspection: Inspection, force: ReadonlySet<number>): Inspection {
  const tasks = inspection.tasks.map((task) =>
    force.has(task.index) && (task.plan.state === 'fresh' || task.plan.state === 'restorable')
      ? { ...task, plan: { state: 'stale' as const, reasons: [{ reason: 'forced' as const }] } }
      : task,
  );
  return { ...inspection, tasks };
}

function refused(context: Context, configured: Configured, inspection: Inspection): boolean {
  const { stageIssues, inputIssues } = inspection;
  if (stageIssues.length + inputIssues.length === 0) return false;
  printIssues(context, configured, stageIssues, inputIssues);
  return true;
}

/** One object; task indices become ids. */
function statusJson(inspection: Inspection, { manifest, graph }: Configured): object {
  const { tasks, codeNotes, stageIssues, inputIssues } = inspection;
  return {
    profile: manifest.profile,
    tasks: tasks.map(({ id, plan }) => ({ task: id, ...planJson(plan, graph) })),
    leftOut: absentRecords(graph),
    codeNotes,
    stageIssues,
    inputIssues,
  };
}
