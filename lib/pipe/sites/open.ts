import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { statfsSync } from 'node:fs';
import { makeDirectory } from '../store/atomic.ts';
import { jobsPath } from '../store/layout.ts';
import type { SiteDeclaration } from '../manifest/sites-grammar.ts';
import type { RemoteSettings } from '../remote/settings.ts';
import type { Variables } from '../execute/environment.ts';
import type { Task } from '../graph/graph.ts';
import type { OpenSite, SiteParts } from '../run/site.ts';
import { lifeOf, thisProcess } from '../store/process-identity.ts';
import { Apart } from './apart.ts';
import type { DeskRules } from './ask.ts';
import { usualRules } from './batches.ts';
import { ClusterSite, Shipping } from './cluster-site.ts';
import { probe, type Probed } from './probe.ts';
import type { Question } from './protocol.ts';
import { KnownMachines, siteKey, surveyedThere } from './toolchains.ts';
import { Desk } from './desk.ts';
import { commandQueue } from './command-queue.ts';
import { logThere } from './mail-folders.ts';
import { openPost, type Post } from './post.ts';
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

/** What a site is opened with beside its declaration. */
export interface SiteSettings extends Leaving {
  /** The program, by its path here. */
  readonly program: string;
  readonly version: string;
  /** The cache in which jobs and this machine meet; null where they share files. */
  readonly meeting: RemoteSettings | null;
}

/** For `pipe run --on`. */
export function clusterSite(name: string, declared: SiteDeclaration, settings: SiteSettings): OpenSite {
  const key = siteKey(name, declared);
  return {
    apart: settings.meeting !== null,
    surveyed: async (parts) => {
      const machines = new KnownMachines(parts.engine.layout);
      return await surveyedThere(parts.survey, parts.engine, { key, machines }, async (questions, tasks) => {
        const reached = await reach(declared, settings, parts);
        try {
          return await askOnce(name, declared, reached, parts, questions, tasks);
        } finally {
          reached.post?.close();
        }
      });
    },
    open: async (parts) => {
      const { world, post, shipping } = await reach(declared, settings, parts);
      const desk = new Desk(world, rulesOf(name, declared, parts, shipping));
      if (settings.detach) desk.leave();
      const stop = () => {
        if (settings.leaves()) desk.leave();
        else void desk.cancel();
      };
      if (parts.signal.aborted) stop();
      else parts.signal.addEventListener('abort', stop, { once: true });
      return new ClusterSite(name, declared, desk, shipping, {
        apart: post === null ? null : new Apart(post.address, post.parcels),
        forget: () => {
          new KnownMachines(parts.engine.layout).set(key, null);
        },
        close: () => post?.close(),
      });
    },
  };
}

/** A site with what leads to it. */
interface Reached {
  readonly world: World;
  readonly shipping: Shipping;
  /** Null where jobs see the files of this machine. */
  readonly post: Post | null;
}

async function reach(declared: SiteDeclaration, settings: SiteSettings, parts: SiteParts): Promise<Reached> {
  const { layout, environment } = parts.engine;
  const me = thisProcess();
  const real = new RealFolders(layout, me);
  const post = settings.meeting === null ? null : await openPost(settings.meeting, real, parts);
  const queue = queueOf(declared, settings.program, environment, { real, post });
  const world: World = {
    ...{ me, folders: post?.folders ?? real, now: () => Date.now(), chance: () => Math.random() },
    pause: async (ms, woken) => {
      const over = new AbortController();
      const slept = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([slept, woken]);
      over.abort();
    },
    isGone: (driver) => lifeOf(driver, me) === 'dead',
    queue: post?.posted(queue) ?? queue,
    committed: (fingerprint) =>
      post === null
        ? parts.engine.actions.find(fingerprint) !== null
        : post.mirror.committed.has(fingerprint),
  };
  const { version } = settings;
  const shipping = new Shipping(parts, post === null ? null : { parcels: post.parcels, version });
  return { world, post, shipping };
}

/** A job that says what machines there are like; null when there is no answer, which is told. */
async function askOnce(
  name: string,
  { engine: kind, memory, time }: SiteDeclaration,
  { world, shipping, post }: Reached,
  parts: SiteParts,
  questions: readonly Question[],
  tasks: readonly Task[],
): Promise<Probed | null> {
  const { engine, emit, signal } = parts;
  const kinds = new Set(tasks.map((task) => shipping.kindOf(task)));
  for (const each of kinds) await post?.parcels.giveProgram(each, shipping.stageOf(each));
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

/** The program as it lies in a project. */
const installed = ['node_modules', 'pipewright', 'bin', 'pipe.js'];

function queueOf(
  declared: SiteDeclaration,
  program: string,
  environment: Variables,
  { real, post }: { readonly real: RealFolders; readonly post: Post | null },
): Queue {
  const { engine, node, setup, partition, account, project = '', options = [] } = declared;
  const { submit = '', status = '', cancel = '' } = declared;
  const words =
    post === null ? [node ?? process.execPath, program] : [node ?? 'node', join(project, ...installed)];
  const folderOf = (batch: string) => (post === null ? real.path(batch) : project);
  const parts = (batch: string) => ({
    ...{ folder: folderOf(batch), program: words, setup: setup ?? null, environment },
    letter: post?.letterOf(batch) ?? null,
  });
  const logOf = (batch: string, element: string) =>
    post === null ? join(real.path(batch), `${element}.log`) : logThere(batch, element);
  const run = programRunner(environment);
  if (engine === 'command') {
    const script = (batch: string, element: number) =>
      commandScript({ ...parts(batch) }, element, `${batch}_${element}`);
    const log = (batch: string, element: number) => logOf(batch, String(element));
    return commandQueue({ submit, status, cancel }, run, log, script);
  }
  const site = { partition: partition ?? null, account: account ?? null, options };
  const script = (batch: string) => slurmScript(parts(batch));
  const log = post === null ? {} : { logOf: (batch: string) => logThere(batch, '%a') };
  return slurmQueue(site, run, { folderOf, script, ...log });
}
