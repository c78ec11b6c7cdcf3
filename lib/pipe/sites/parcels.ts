import { isAbsolute, join, relative } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import type { RemoteCache } from '../remote/remote-cache.ts';
import type { Survey } from '../run/survey.ts';
import type { BlobStore } from '../store/blobs.ts';
import { lookThrough } from '../store/file-stat.ts';
import { hashFile } from '../store/hash-file.ts';
import type { SentFile, ShippedStage } from './ticket.ts';

/** Puts what jobs need into the remote cache that do not see the files of this machine. */
export class Parcels {
  readonly #project: string;
  readonly #cache: RemoteCache;
  readonly #blobs: BlobStore;
  readonly #programs = new Map<string, Promise<boolean>>();

  constructor(project: string, cache: RemoteCache, blobs: BlobStore) {
    this.#project = project;
    this.#cache = cache;
    this.#blobs = blobs;
  }

  /**
   * What a task reads, as far as it is known; null when it could not be given. The bytes of other tasks' outputs are in
   * the store or in place.
   */
  async inputsOf(task: Task, survey: Survey): Promise<readonly SentFile[] | null> {
    const files: (readonly [path: string, SentFile])[] = [];
    for (const source of task.inputs.flatMap(({ sources }) => sources)) {
      if (source.kind === 'output') {
        const output = survey.facts.graph.tasks[source.task]!.outputs[source.output]!;
        const digest = survey.known[source.task]?.[output.name];
        if (digest !== undefined) files.push(...this.#made(output, digest));
      } else {
        for (const { name, digest } of survey.sources.files(source)) files.push(...this.#file(name, digest));
      }
    }
    return (await this.#give(files)) ? files.map(([, file]) => file) : null;
  }

  #made({ path, directory }: TaskOutput, digest: Digest): Described {
    const place = join(this.#project, path);
    const at = (file: string, each: Digest) => (this.#blobs.intact(each) ? this.#blobs.path(each) : file);
    const members = directory ? (this.#blobs.tree(digest) ?? []) : [];
    return [
      ...described(at(place, digest), digest, null),
      ...members.flatMap((each) => described(at(join(place, each.path), each.digest), each.digest, null)),
    ];
  }

  /**
   * Files of a stage's program that a node has to be sent: what is run of it and its sources, which may read each other.
   * Those that lie elsewhere have to be there.
   */
  programOf({ bundle, python, code }: ShippedStage, sources: readonly string[]): readonly SentFile[] {
    const own = bundle === null || bundle === '' ? [] : [bundle, `${bundle}.map`];
    const paths = [...own, ...(python?.files ?? []).map(([path]) => path), ...code.map(([name]) => name)];
    return [...new Set([...paths, ...sources])].flatMap((path) => {
      const name = isAbsolute(path) ? relative(this.#project, path) : path;
      const file = join(this.#project, name);
      if (lookThrough(file)?.kind !== 'file') return [];
      return this.#file(name, hashFile(file)).map(([, each]) => each);
    });
  }

  /** Gives them, once; false when that could not be. */
  async giveProgram(kind: string, { sent = [] }: ShippedStage): Promise<boolean> {
    const files = sent.map((file) => [join(this.#project, file.name ?? ''), file] as const);
    const given = this.#programs.get(kind) ?? this.#give(files);
    this.#programs.set(kind, given);
    if (await given) return true;
    this.#programs.delete(kind);
    return false;
  }

  /** A job did not find them: they are given again. */
  gone(files: readonly SentFile[]): void {
    this.#cache.missing(files.map(({ digest }) => digest));
    this.#programs.clear();
  }

  /** What lies outside of the project is to be there. */
  #file(name: string, digest: Digest): Described {
    return isAbsolute(name) || name.startsWith('..')
      ? []
      : described(join(this.#project, name), digest, name);
  }

  async #give(files: Described): Promise<boolean> {
    const given = await Promise.all(files.map(([path, file]) => this.#cache.giveFile(path, file)));
    return given.every((each) => each);
  }
}

/** Where they lie here, and what is to be known of them. */
type Described = readonly (readonly [path: string, SentFile])[];

function described(path: string, digest: Digest, name: string | null): Described {
  const found = lookThrough(path);
  if (found?.kind !== 'file') return [];
  const { size, mode } = found.stat;
  return [[path, { digest, size: Number(size), executable: (mode & 0o111) !== 0, name }]];
}
