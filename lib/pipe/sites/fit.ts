import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { machineText, taskEnvironment, type Variables } from '../execute/environment.ts';
import type { WorkerPool } from '../execute/worker-pool.ts';
import { copiesIn, readManifest } from '../code/packages.ts';
import type { Answer } from './protocol.ts';
import type { Common, ShippedStage } from './ticket.ts';

/** Whether what a node has is what stages were planned for; asked once for each. */
export class Fit {
  readonly #common: Common;
  readonly #environment: Variables;
  readonly #workers: WorkerPool;
  readonly #version: string | null;
  readonly #toolchains = new Map<string, Answer | null>();
  #copies: ReturnType<typeof copiesIn> | null = null;
  readonly #pythons = new Map<string, Readonly<Record<string, string>>>();

  /** `version`: of the program here, where it is not the one that the driver runs. */
  constructor(common: Common, environment: Variables, workers: WorkerPool, version: string | null) {
    this.#version = version;
    this.#common = common;
    this.#environment = environment;
    this.#workers = workers;
  }

  /** Null where it is. */
  async other(name: string, shipped: ShippedStage, signal: AbortSignal): Promise<Answer | null> {
    const { apart } = this.#common;
    if (apart !== undefined && this.#version !== null && this.#version !== apart.version)
      return { type: 'other-toolchain', said: { pipe: this.#version } };
    const packages = apart === undefined ? null : this.#otherPackages(shipped);
    return packages ?? this.#otherPython(shipped) ?? (await this.#toolchain(name, shipped, signal));
  }

  /** What the stage names here is asked once, where the machine is another one than the driver's. */
  async #toolchain(
    name: string,
    { check, stage }: ShippedStage,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    if (check === null || machineText() === this.#common.machine) return null;
    const asked = this.#toolchains.get(name);
    if (asked !== undefined) return asked;
    const env = taskEnvironment(this.#environment, stage);
    const answer = await this.#workers.check({ ...check.request, env }, signal);
    const said = answer.type === 'checked' ? answer.result.toolchain : null;
    const same = Object.entries(said ?? {}).every(([key, value]) => check.toolchain[key] === value);
    const other: Answer | null = said !== null && same ? null : { type: 'other-toolchain', said };
    this.#toolchains.set(name, other);
    return other;
  }

  /** The path of an interpreter may lead to another one here. */
  #otherPython({ python }: ShippedStage): Answer | null {
    if (python === null) return null;
    const { executable, version } = python;
    const said = this.#python(executable)['python'] ?? '';
    return said === version ? null : { type: 'other-toolchain', said: { python: said } };
  }

  /** Packages are not sent: those that are installed here have to be the same. */
  #otherPackages({ packages, python }: ShippedStage): Answer | null {
    const own = python === null ? null : this.#python(python.executable);
    const others = Object.entries(packages).flatMap(([name, versions]): [string, string][] => {
      const found = own === null ? this.#installed(name) : [own[`package ${name}`] ?? 'none'];
      return versions.split(', ').every((version) => found.includes(version))
        ? []
        : [[name, found.join(', ')]];
    });
    return others.length === 0 ? null : { type: 'other-toolchain', said: Object.fromEntries(others) };
  }

  /** Versions of all copies that there are. */
  #installed(name: string): readonly string[] {
    this.#copies ??= copiesIn(realpathSync(join(this.#common.layout.project, 'node_modules')));
    const versions = (this.#copies.get(name) ?? []).map((directory) => readManifest(directory).version);
    return versions.length === 0 ? ['none'] : [...new Set(versions)].sort();
  }

  #python(executable: string): Readonly<Record<string, string>> {
    const known = this.#pythons.get(executable) ?? pythonFacts(executable, this.#environment);
    this.#pythons.set(executable, known);
    return known;
  }
}

/** What an interpreter says of itself and its packages; nothing where it cannot be started. */
function pythonFacts(executable: string, env: Variables): Readonly<Record<string, string>> {
  const script = [
    'import importlib.metadata as m, platform as p',
    'print(p.python_implementation(), p.python_version())',
    'for d in m.distributions(): print("package " + str(d.metadata["Name"]), d.version, sep="\\t")',
  ].join('\n');
  const { stdout } = spawnSync(executable, ['-c', script], { encoding: 'utf8', env: { PATH: env['PATH'] } });
  const [python = '', ...lines] = ((stdout as string | null) ?? '').trim().split('\n');
  return { python, ...Object.fromEntries(lines.map((line) => line.split('\t') as [string, string])) };
}
