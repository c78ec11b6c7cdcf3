import { join } from 'node:path';
import { isMapping, type JsonObject } from '../json.ts';
import { temporaryOf, writeAtomically } from './atomic.ts';
import { existsSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from './disk.ts';
import { EXPERIMENTS } from './layout.ts';

/** What an experiment is: a run of the project with other values, under a name. Made to be committed with its lock. */
export interface ExperimentRecord {
  /** As on the command line: `train.learningRate=0.05`. */
  readonly set: readonly string[];
  readonly profile: string;
  /** `running` may also be one that was killed. */
  readonly state: 'running' | 'finished' | 'failed' | 'stopped';
  /** ISO 8601. */
  readonly created: string;
  /** All parameters, as the pipeline resolves them. */
  readonly params: JsonObject;
  readonly revision: { readonly commit: string; readonly dirty: boolean | null } | null;
  /** The version of pipe that ran it last, and how long that took, in milliseconds. */
  readonly engine: string;
  readonly ms: number | null;
  /** Whether its outputs are laid into a directory of its own; the store has them anyway. */
  readonly laidOut: boolean;
}

export interface Experiment {
  readonly name: string;
  readonly record: ExperimentRecord;
}

const RECORD = 'experiment.json';
const METRICS = 'metrics.json';
const OWN = [RECORD, METRICS, 'pipe.lock'];

/** The name stands in paths and on command lines. */
export function isExperimentName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}_.+~%@=,-]*$/u.test(name) && Buffer.byteLength(name) <= 200;
}

export function experimentPath(project: string, name: string): string {
  return join(project, EXPERIMENTS, name);
}

/** Where its outputs lie, while they do: the store has them, too. */
export function experimentArtifacts(project: string, name: string): string {
  return join(project, 'artifacts', '.experiments', name);
}

/** Null where there is none of that name, or its file is not what it should be. */
export function readExperiment(project: string, name: string): ExperimentRecord | null {
  if (!isExperimentName(name)) return null;
  return recordIn(jsonIn(join(experimentPath(project, name), RECORD)));
}

export function writeExperiment(project: string, name: string, record: ExperimentRecord): void {
  const text = JSON.stringify({ pipe: 1, ...record }, null, 2);
  writeAtomically(join(experimentPath(project, name), RECORD), `${text}\n`, true);
}

/** By name. A directory without a record is somebody's own. */
export function experimentsIn(project: string): readonly Experiment[] {
  const directory = join(project, EXPERIMENTS);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const record = readExperiment(project, name);
      return record === null ? [] : [{ name, record }];
    });
}

/** Also what a process was killed over before it could give it its name. */
function isOwn(file: string): boolean {
  return OWN.includes(temporaryOf(file) ?? file);
}

/** Whether a directory of that name holds what pipe did not write, and no experiment. */
export function holdsStrangers(project: string, name: string): boolean {
  const directory = experimentPath(project, name);
  if (!existsSync(directory) || readExperiment(project, name) !== null) return false;
  return readdirSync(directory).some((file) => !isOwn(file));
}

/** The numbers that were read last, to be shown without reading outputs again; null where there are none. */
export function readKeptMetrics(project: string, name: string): unknown {
  return jsonIn(join(experimentPath(project, name), METRICS));
}

export function keepMetrics(project: string, name: string, value: unknown): void {
  writeAtomically(join(experimentPath(project, name), METRICS), `${JSON.stringify(value)}\n`, false);
}

/** What pipe wrote; what somebody laid beside it stays. */
export function removeExperiment(project: string, name: string): void {
  rmSync(experimentArtifacts(project, name), { recursive: true, force: true });
  const directory = experimentPath(project, name);
  const files = existsSync(directory) ? readdirSync(directory) : [];
  for (const file of files.filter(isOwn)) rmSync(join(directory, file), { force: true });
  try {
    rmdirSync(directory);
  } catch {
    // Something else is in it.
  }
}

export function renameExperiment(project: string, before: string, after: string): void {
  renameSync(experimentPath(project, before), experimentPath(project, after));
  const artifacts = experimentArtifacts(project, before);
  if (existsSync(artifacts)) renameSync(artifacts, experimentArtifacts(project, after));
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function recordIn(value: unknown): ExperimentRecord | null {
  const record = value as Partial<ExperimentRecord> | null;
  const { set, profile, params, created, state } = record ?? {};
  const texts = Array.isArray(set) && set.every((each) => typeof each === 'string');
  if (!texts || typeof profile !== 'string' || typeof created !== 'string') return null;
  if (!isMapping(params) || typeof state !== 'string') return null;
  return record as ExperimentRecord;
}
