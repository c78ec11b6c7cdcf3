import { styleFor } from '../report/style.ts';
import type { Layout } from '../store/layout.ts';
import type { Asked, Reading } from '../ui/pipelines.ts';
import { Project } from './candidates.ts';
import { configureIn, type Configured } from './configuration.ts';
import type { Context } from './context.ts';
import { printIssues } from './refusal.ts';

/** `pipeline.yaml` for the page: what is wrong with it is told there, and not here. */
export function readingOf(context: Context, { project }: Layout): Reading {
  return {
    load(asked) {
      const said: string[] = [];
      const loaded = configuredFor(context, project, asked, said);
      if (loaded === null) return { ok: false, problem: said.join('') };
      const { manifest, graph } = loaded;
      return {
        ok: true,
        manifest,
        graph,
        issues: (stages, inputs) => {
          const issues: string[] = [];
          printIssues(silent(context, project, issues), loaded, stages, inputs);
          return issues.join('');
        },
      };
    },
    profiles: () => new Project(context, project, { set: [] }).profiles().map(({ text }) => text),
  };
}

export function configuredFor(
  context: Context,
  project: string,
  { profile, set, experiment }: Asked,
  said: string[],
): Configured | null {
  return configureIn(silent(context, project, said), project, {
    set,
    ...(profile === 'default' ? {} : { profile }),
    ...(experiment === null ? {} : { as: experiment }),
  });
}

/** One that keeps what is said. */
export function silent(context: Context, project: string, said: string[]): Context {
  return {
    ...context,
    directory: project,
    err: (text) => void said.push(text),
    errStyle: styleFor({ isTTY: false, env: {}, noColor: true }),
  };
}
