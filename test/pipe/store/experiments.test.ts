import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  experimentArtifacts,
  experimentPath,
  experimentsIn,
  holdsStrangers,
  isExperimentName,
  keepMetrics,
  readExperiment,
  readKeptMetrics,
  removeExperiment,
  renameExperiment,
  writeExperiment,
  type ExperimentRecord,
} from '../../../lib/pipe/store/experiments.ts';
import { temporaryName } from '../../../lib/pipe/store/atomic.ts';
import { temporaryDirectory } from './temporary.ts';

const record: ExperimentRecord = {
  set: ['train.rate=0.1'],
  profile: 'default',
  state: 'finished',
  created: '2026-01-01T00:00:00.000Z',
  params: { train: { rate: 0.1 } },
  revision: { commit: 'abc', dirty: false },
  engine: '0.1.0',
  ms: 12,
  laidOut: true,
};

function fileOf(project: string, name: string): string {
  return join(experimentPath(project, name), 'experiment.json');
}

describe('an experiment', () => {
  test('is read as it was written', () => {
    const project = temporaryDirectory();
    writeExperiment(project, 'slow', record);
    expect(readExperiment(project, 'slow')).toMatchObject(record);
    expect(JSON.parse(readFileSync(fileOf(project, 'slow'), 'utf8'))).toEqual({ pipe: 1, ...record });
    expect(readExperiment(project, 'other')).toBeNull();
  });

  test('is none where its file is not what it should be', () => {
    const project = temporaryDirectory();
    writeExperiment(project, 'x', record);
    const broken: [string, unknown][] = [
      ...(['set', 'profile', 'created', 'params', 'state'] as const).map((key): [string, unknown] => [
        key,
        undefined,
      ]),
      ['set', 'train.rate=0.1'],
      ['set', ['a=1', 2]],
      ['profile', 1],
      ['created', 1],
      ['params', []],
      ['state', 1],
    ];
    for (const [key, value] of broken) {
      writeFileSync(fileOf(project, 'x'), JSON.stringify({ ...record, [key]: value }));
      expect([key, readExperiment(project, 'x')]).toEqual([key, null]);
    }
    for (const text of ['null', '{', '[]']) {
      writeFileSync(fileOf(project, 'x'), text);
      expect(readExperiment(project, 'x')).toBeNull();
    }
    writeFileSync(fileOf(project, 'x'), JSON.stringify({ ...record, set: [] }));
    expect(readExperiment(project, 'x')).toMatchObject({ set: [] });
  });

  test('has a name that can stand in a path and on a command line', () => {
    for (const name of ['a', 'rate=0.1,seed=2', 'é1', '1_a.b+c~d%e@f-g', 'a'.repeat(200)])
      expect([name, isExperimentName(name)]).toEqual([name, true]);
    for (const name of ['', '.a', '..', '-a', 'a/b', 'a b', 'a\n', '=a', 'é'.repeat(101), 'a'.repeat(201)])
      expect([name, isExperimentName(name)]).toEqual([name, false]);
    expect(readExperiment(temporaryDirectory(), '../x')).toBeNull();
  });

  test('is listed by name; a directory without a record is somebody’s own', () => {
    const project = temporaryDirectory();
    expect(experimentsIn(project)).toEqual([]);
    for (const name of ['b', 'a', 'c']) writeExperiment(project, name, record);
    mkdirSync(experimentPath(project, 'mine'));
    expect(experimentsIn(project).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(experimentsIn(project)[0]!.record).toMatchObject(record);
  });

  test('lies where the page on the store says', () => {
    expect(experimentPath('/p', 'x')).toBe('/p/experiments/x');
    expect(experimentArtifacts('/p', 'x')).toBe('/p/artifacts/.experiments/x');
  });

  test('keeps the numbers that were read of it last', () => {
    const project = temporaryDirectory();
    expect(readKeptMetrics(project, 'x')).toBeNull();
    keepMetrics(project, 'x', { loss: [1] });
    expect(readKeptMetrics(project, 'x')).toEqual({ loss: [1] });
  });
});

describe('the directory of an experiment', () => {
  test('that holds what pipe did not write, and no experiment, holds strangers', () => {
    const project = temporaryDirectory();
    expect(holdsStrangers(project, 'x')).toBe(false);
    mkdirSync(experimentPath(project, 'x'), { recursive: true });
    // What is left of one that was killed.
    writeFileSync(join(experimentPath(project, 'x'), 'pipe.lock'), '');
    keepMetrics(project, 'x', 1);
    expect(holdsStrangers(project, 'x')).toBe(false);
    // What a process was killed over before it could give it its name.
    writeFileSync(temporaryName(fileOf(project, 'x')), '');
    expect(holdsStrangers(project, 'x')).toBe(false);
    writeFileSync(join(experimentPath(project, 'x'), 'notes.md'), '');
    expect(holdsStrangers(project, 'x')).toBe(true);
    writeExperiment(project, 'x', record);
    expect(holdsStrangers(project, 'x')).toBe(false);
  });

  test('goes with its artifacts when it is removed; what somebody laid beside it stays', () => {
    const project = temporaryDirectory();
    for (const name of ['x', 'y']) {
      writeExperiment(project, name, record);
      keepMetrics(project, name, 1);
      writeFileSync(join(experimentPath(project, name), 'pipe.lock'), '');
      writeFileSync(temporaryName(fileOf(project, name)), '');
      mkdirSync(experimentArtifacts(project, name), { recursive: true });
    }
    writeFileSync(join(experimentPath(project, 'y'), 'notes.md'), '');
    removeExperiment(project, 'x');
    removeExperiment(project, 'y');
    removeExperiment(project, 'none');
    expect(existsSync(experimentPath(project, 'x'))).toBe(false);
    expect(existsSync(experimentArtifacts(project, 'x'))).toBe(false);
    expect(existsSync(experimentArtifacts(project, 'y'))).toBe(false);
    expect(readdirSync(experimentPath(project, 'y'))).toEqual(['notes.md']);
  });

  test('takes its artifacts along when it is renamed, where it has any', () => {
    const project = temporaryDirectory();
    writeExperiment(project, 'x', record);
    renameExperiment(project, 'x', 'y');
    mkdirSync(experimentArtifacts(project, 'y'), { recursive: true });
    renameExperiment(project, 'y', 'z');
    expect(readExperiment(project, 'z')).toMatchObject(record);
    expect(existsSync(experimentArtifacts(project, 'z'))).toBe(true);
    expect(experimentsIn(project).map(({ name }) => name)).toEqual(['z']);
  });
});
