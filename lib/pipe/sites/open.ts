import { setTimeout as sleep } from 'node:timers/promises';
import { statfsSync } from 'node:fs';
import { makeDirectory } from '../store/atomic.ts';
import { jobsPath } from '../store/layout.ts';
import type { SiteDeclaration } from '../manifest/sites-grammar.ts';
import type { Variables } from '../execute/environment.ts';
import type { Task } from '../graph/graph.ts';
import type { OpenSite, SiteParts } from '../run/site.ts';
import { lifeOf, thisProcess } from '../store/process-identity.ts';
import type { DeskRules } from './ask.ts';
import { usualRules } from './batches.ts';
import { ClusterSite, Shipping } from './cluster-site.ts';
import { probe, type Probed } from './probe.ts';
import type { Question } from './protocol.ts';
import { KnownMachines, siteKey, surveyedThere } from './toolchains.ts';
import { Desk } from './desk.ts';
import { commandQueue } from './command-queue.ts';
import { commandScript, slurmScript } from './job-script.ts';
import type { Queue } from './queue.ts';
import { programRunner } from './program.ts';
import { RealFolders } from './real-folders.ts';
import { slurmQueue } from './slurm-queue.ts';
import type { World } from './world.ts';

/** Milliseconds after which an engine that does not know of a job never heard of it. */
const sure = 15_000;

/** How a run's caller ends it: jobs are cancelled, or left to themselves. */
export interface Leaving {
  /** Submits what can be submitted, and waits for nothing. */
  readonly detach: boolean;
  /** Asked when the run's signal fires: whether jobs are to go on. */
  readonly leaves: () => boolean;
}

/** For `pipe run --on`. */
export function clusterSite(
  name: string,
  declared: SiteDeclaration,
  program: string,
  leaving: Leaving,
): OpenSite {
  const key = siteKey(name, declared);
  return {
    surveyed: async (parts) => {
      const machines = new KnownMachines(parts.engine.layout);
      return await surveyedThere(parts.survey, parts.engine, { key, machines }, async (questions, tasks) =>
        askOnce(name, declared, worldOf(declared, program, parts), parts, questions, tasks),
      );
    },
    open: (parts) => {
      const shipping = new Shipping(parts);
      const desk = new Desk(worldOf(declared, program, parts), rulesOf(name, declared, parts, shipping));
      if (leaving.detach) desk.leave();
      const stop = () => {
        if (leaving.leaves()) desk.leave();
        else void desk.cancel();
      };
      if (parts.signal.aborted) stop();
      else parts.signal.addEventListener('abort', stop, { once: true });
      const forget = () => {
        new KnownMachines(parts.engine.layout).set(key, null);
      };
      return Promise.resolve(new ClusterSite(name, declared, desk, shipping, forget));
    },
  };
}

/** A job that says what machines there are like; null when there is no answer, which is told. */
async function askOnce(
  name: string,
  { engine: kind, memory, time }: SiteDeclaration,
  world: World,
  parts: SiteParts,
  questions: readonly Question[],
  tasks: readonly Task[],
): Promise<Probed | null> {
  const { engine, emit, signal } = parts;
  const shipping = new Shipping(parts);
  const kinds = new Set(tasks.map((task) => shipping.kindOf(task)));
  // What computes on a GPU names one.
  const gpus = tasks.some(({ stage: { resources } }) => resources.gpus + resources.gpu > 0) ? 1 : 0;
  const tell = (message: string) => {
    emit({ type: 'site-note', site: name, message });
  };
  const answer = await probe({
    world,
    head: {
      ...{ site: name, project: engine.layout.project, common: shipping.common(kinds) },
      ...(kind === 'command' && { engine: kind }),
    },
    needs: { threads: 1, gpus, memory: memory ?? null, time: time ?? null },
    ...{ questions, signal, tell },
  });
  if (typeof answer !== 'string') return answer;
  tell(`what machines of ${name} are like is not known (${answer}); they are taken to be like this one`);
  return null;
}

function rulesOf(
  name: string,
  { engine: kind, jobs, patience, longest }: SiteDeclaration,
  { engine, emit }: SiteParts,
  shipping: Shipping,
): DeskRules {
  const { project } = engine.layout;
  const histories = new Map<string, number | null>();
  return {
    ...usualRules,
    ...{
      longest: longest ?? null,
      site: name,
      project,
      most: jobs ?? null,
      sure,
      ...(kind === 'command' && { engine: kind }),
    },
    patience: (patience ?? usualPatience(jobsPath(engine.layout))) * 1000,
    common: (kinds) => shipping.common(kinds),
    history: (kind) => {
      const known = histories.get(kind);
      if (known !== undefined) return known;
      const found = shipping.historyOf(kind);
      histories.set(kind, found);
      return found;
    },
    tell: (message) => {
      emit({ type: 'site-note', site: name, message });
    },
  };
}

/** File systems on which what another machine wrote is seen late, and those of which nothing is known, take longer. */
const ownFileSystems = new Set([
  0xef53, 0x58465342, 0x01021994, 0x9123683e, 0x794c7630, 0x2fc12fc1, 0xf2f52010,
]);

/** Seconds. */
function usualPatience(directory: string): number {
  makeDirectory(directory);
  return ownFileSystems.has(statfsSync(directory).type) ? 3 : 60;
}

function worldOf(declared: SiteDeclaration, program: string, { engine }: SiteParts): World {
  const { layout, environment } = engine;
  const me = thisProcess();
  const folders = new RealFolders(layout, me);
  return {
    ...{ me, folders, now: () => Date.now(), chance: () => Math.random() },
    pause: async (ms, woken) => {
      const over = new AbortController();
      const slept = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([slept, woken]);
      over.abort();
    },
    isGone: (driver) => lifeOf(driver, me) === 'dead',
    queue: queueOf(declared, program, environment, (batch) => folders.path(batch)),
    committed: (fingerprint) => engine.actions.find(fingerprint) !== null,
  };
}

function queueOf(
  { engine, node, setup, partition, account, options = [], submit, status, cancel }: SiteDeclaration,
  program: string,
  environment: Variables,
  folderOf: (batch: string) => string,
): Queue {
  const words = [node ?? process.execPath, program];
  const parts = (batch: string) => ({
    ...{ folder: folderOf(batch), program: words, setup: setup ?? null, environment },
  });
  const run = programRunner(environment);
  if (engine === 'command') {
    const commands = { submit: submit ?? '', status: status ?? '', cancel: cancel ?? '' };
    const script = (batch: string, element: number) =>
      commandScript(parts(batch), element, `${batch}_${element}`);
    return commandQueue(commands, run, folderOf, script);
  }
  const site = { partition: partition ?? null, account: account ?? null, options };
  return slurmQueue(site, run, folderOf, (batch) => slurmScript(parts(batch)));
}
