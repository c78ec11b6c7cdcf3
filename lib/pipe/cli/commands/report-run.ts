import type { Digest } from '../../digest.ts';
import { failureText } from '../../report/outcome.ts';
import { stageOf } from '../../report/reason.ts';
import { figureLines } from '../../report/summary.ts';
import type { OpenSite } from '../../run/site.ts';
import type { SiteOptions } from '../site.ts';
import type { RunOrigin } from '../../run/event.ts';
import type { Project, RunSummary, Selection } from '../../run/project.ts';
import type { Stated } from '../capacity.ts';
import type { Configured } from '../configuration.ts';
import { mistake, type Context } from '../context.ts';
import { figuresOf, openedOf } from '../view/figures.ts';
import type { CapacityOptions, ConfigurationOptions, SelectionOptions } from '../options.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import type { RemoteOptions } from '../remote.ts';
import { printIssues, refuseHeld } from '../refusal.ts';
import { reporterFor } from '../reporters.ts';
import { revisionOf } from '../revision.ts';
import { version } from '../version.ts';
import type { Chosen } from '../selection.ts';

export interface RunCommandOptions
  extends ConfigurationOptions, SelectionOptions, CapacityOptions, RemoteOptions, SiteOptions {
  readonly force?: true;
  readonly keepGoing?: true;
  readonly strict?: true;
  readonly dryRun?: true;
  readonly watch?: true;
  readonly verbose?: true;
  readonly json?: true;
}

const LISTED_FIGURES = 24;

/** One run, shown as it goes; also what `--watch` does again and again. */
export async function reportRun(
  context: Context,
  project: Project,
  configured: Configured,
  {
    stated,
    ...selected
  }: Chosen & {
    readonly stated: Stated;
    readonly question?: Digest | undefined;
    readonly remote: RemoteSettings | null;
    readonly site?: OpenSite | null;
  },
  options: RunCommandOptions,
  signal: AbortSignal,
): Promise<RunSummary> {
  const { manifest, graph } = configured;
  const reporter = await reporterFor(context, options, () => stageTotals(configured, selected.selection));
  const made = new Set<number>();
  let summary: RunSummary;
  try {
    summary = await project.run(manifest, graph, {
      ...selected,
      ...stated,
      keepGoing: options.keepGoing === true,
      strict: options.strict === true,
      signal,
      places: true,
      origin: originOf(configured),
      listener: (event) => {
        reporter.event(event);
        if (event.type !== 'task-finished') return;
        const { type } = event.outcome;
        if (type === 'ran' || type === 'restored') made.add(graph.byId.get(event.task)!.index);
      },
    });
  } finally {
    reporter.close();
  }
  conclude(context, configured, summary, made, options);
  return summary;
}

/** Asked of git while the run looks at its files. */
async function originOf({ directory, manifest, set }: Configured): Promise<RunOrigin> {
  const { experiment } = manifest;
  return { set, experiment, engine: version(), revision: await revisionOf(directory) };
}

function stageTotals({ graph }: Configured, selection: Selection): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const index of selection) {
    const stage = stageOf(graph.tasks[index]!.id);
    totals.set(stage, (totals.get(stage) ?? 0) + 1);
  }
  return totals;
}

/** What the events do not say: a refusal, and where to look now. */
function conclude(
  context: Context,
  configured: Configured,
  summary: RunSummary,
  made: ReadonlySet<number>,
  { json }: RunCommandOptions,
): void {
  switch (summary.type) {
    case 'refused':
      printIssues(context, configured, summary.stageIssues, summary.inputIssues);
      return;
    case 'locked':
      refuseHeld(context, summary);
      return;
    case 'finished': {
      if (summary.unsaved !== null) mistake(context, failureText(summary.unsaved));
      if (json === true || summary.failed > 0 || summary.stopped) return;
      const { directory, graph } = configured;
      for (const path of openedOf(directory, graph, made)) context.out(`open: ${path}\n`);
      const figures = figuresOf(directory, graph, made);
      for (const line of figureLines(figures, LISTED_FIGURES)) context.out(`${line}\n`);
    }
  }
}
