import { dirname, join, relative } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import type { OutputDigests, TaskRecord } from '../plan/record.ts';
import {
  isElsewhere,
  makeDirectory,
  removeIfPossible,
  temporaryName,
  withDirectory,
} from '../store/atomic.ts';
import type { BlobStore } from '../store/blobs.ts';
import { chmodSync, mkdirSync, renameSync, rmSync } from '../store/disk.ts';
import { look } from '../store/file-stat.ts';
import type { StatCache } from '../store/stat-cache.ts';
import type { FileDigests, Mark } from '../files/file-digests.ts';
import { ASIDE, moveAside, type Moved } from './aside.ts';
import { refuseLinks } from './links-above.ts';
import { gone, inTheWay } from './unplaceable.ts';

/** Where copies are on their way, in `artifacts/`. */
export const INCOMING = '.incoming';

interface ArtifactsTools {
  readonly blobs: BlobStore;
  readonly stats: StatCache;
  readonly digests: FileDigests;
  /** With what bytes an output was put in its place, where that is known. */
  readonly placed?: (path: string) => Digest | undefined;
}

/** The outputs under their readable names: copies of blobs, each put in place by a rename. */
export class Artifacts {
  readonly #project: string;
  readonly #blobs: BlobStore;
  readonly #stats: StatCache;
  readonly #digests: FileDigests;
  /** Where copies are made before they are renamed; next to their places, to be on the same file system. */
  readonly #incoming: string;
  readonly #root: string;
  readonly #placed: (path: string) => Digest | undefined;
  readonly #placing = new Map<string, Promise<void>>();
  #counter = 0;
  #ready = false;
  /** Told of files of somebody's own that had to make room. */
  onMoved: (moved: Moved) => void = () => undefined;

  constructor(
    project: string,
    artifacts: string,
    { blobs, stats, digests, placed = () => undefined }: ArtifactsTools,
  ) {
    this.#project = project;
    this.#blobs = blobs;
    this.#stats = stats;
    this.#digests = digests;
    this.#placed = placed;
    this.#root = artifacts;
    this.#incoming = join(project, artifacts, INCOMING);
  }

  /** Announces a task's outputs to be hashed with others. */
  expect(task: Task): void {
    for (const { path, directory } of task.outputs) {
      if (directory) this.#digests.expectTree(path);
      else this.#digests.expect(path);
    }
  }

  /** Path of the first output that does not have the recorded bytes, nor was left elsewhere; null when there is none. */
  lost(
    task: Task,
    record: TaskRecord,
    left: (task: Task, output: TaskOutput, digest: Digest) => boolean,
  ): string | null {
    const lost = task.outputs.find((output) => {
      const digest = record.outputs[output.name];
      if (this.holds(output, digest)) return false;
      const elsewhere = digest !== undefined && left(task, output, digest);
      // What lies in the place of one that went is nobody's concern until it is made again.
      if (elsewhere && output.temp === true) return false;
      return !elsewhere || look(join(this.#project, output.path)) !== null;
    });
    return lost?.path ?? null;
  }

  holds({ path, directory }: TaskOutput, digest: Digest | undefined): boolean {
    return (directory ? this.#digests.treeDigest(path) : this.#digests.digest(path)) === digest;
  }

  /** How an output lies, to be asked later whether it still does. */
  mark({ path, directory }: TaskOutput): Mark {
    return directory ? this.#digests.markTree(path) : this.#digests.mark([path]);
  }

  /** Brings all outputs of a task to the given bytes, which the store has, but for those that are passed over. */
  async place(
    task: Task,
    outputs: OutputDigests,
    passed: (output: TaskOutput) => boolean = () => false,
  ): Promise<void> {
    for (const output of task.outputs)
      if (!passed(output)) await this.placeOne(output, outputs[output.name]!);
  }

  async placeOne(output: TaskOutput, digest: Digest): Promise<void> {
    // Two tasks that read the same output may find at once that it is not there yet.
    for (let before = this.#placing.get(output.path); before !== undefined;) {
      await before;
      before = this.#placing.get(output.path);
    }
    const placing = this.#placeNow(output, digest);
    const over = placing.then(
      () => undefined,
      () => undefined,
    );
    this.#placing.set(output.path, over);
    try {
      await placing;
    } finally {
      this.#placing.delete(output.path);
    }
  }

  async #placeNow(output: TaskOutput, digest: Digest): Promise<void> {
    if (this.holds(output, digest)) {
      if (!output.directory) this.#giveMode(output.path, digest);
      return;
    }
    refuseLinks(this.#project, output.path);
    try {
      await this.#placeFrom(this.#makeRoom(), output, digest);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      await this.#placeFrom(this.#roomBeside(output.path), output, digest);
    }
    if (output.directory) this.#noteTree(output.path, digest);
    else this.#note(output.path, digest);
  }

  async #placeFrom(temporary: string, output: TaskOutput, digest: Digest): Promise<void> {
    if (output.directory) {
      await this.#copyTree(digest, temporary);
      this.#spareOwn(output, digest);
    } else await this.#blobs.copyOut(digest, temporary);
    try {
      this.#switch(temporary, output);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY'].includes(code)) throw error;
      this.#clearWay(output.path);
      this.#switch(temporary, output);
    }
  }

  /** Puts a blob back from the output that has its bytes; false when it does not have them. */
  mend({ path, directory }: TaskOutput, digest: Digest): boolean {
    if (!this.holds({ name: '', path, directory }, digest)) return false;
    if (!directory) return this.#blobs.mend(digest, join(this.#project, path));
    const tree = this.#digests.tree(path) ?? [];
    this.#blobs.addTree(tree, false);
    return tree.every(
      (file) =>
        file.path.endsWith('/') ||
        this.#blobs.intact(file.digest) ||
        this.#blobs.mend(file.digest, join(this.#project, path, file.path)),
    );
  }

  /** Takes an output away: whole or, when killed before that, not at all. */
  discard(path: string): void {
    let room = this.#makeRoom();
    try {
      renameSync(join(this.#project, path), room);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      room = this.#roomBeside(path);
      renameSync(join(this.#project, path), room);
    }
    rmSync(room, { recursive: true });
    this.#digests.forget(path);
  }

  /** Removes what a killed run left half copied. Only for the one who holds the project. */
  sweep(): void {
    this.#ready = false;
    removeIfPossible(this.#incoming);
  }

  /** Whether it can be executed is no part of a file's bytes. */
  #giveMode(path: string, digest: Digest): void {
    const found = look(join(this.#project, path));
    const missing = found?.kind === 'file' ? this.#blobs.modeOf(digest) & ~found.stat.mode & 0o111 : 0;
    if (found?.kind !== 'file' || missing === 0) return;
    chmodSync(join(this.#project, path), found.stat.mode | missing);
    this.#note(path, digest);
  }

  #makeRoom(): string {
    if (!this.#ready) {
      refuseLinks(this.#project, `${relative(this.#project, this.#incoming)}/x`);
      makeDirectory(this.#incoming);
      this.#ready = true;
    }
    this.#counter += 1;
    return join(this.#incoming, String(this.#counter));
  }

  /** Where a directory of outputs is on a file system of its own. What a kill leaves there is nobody's to sweep. */
  #roomBeside(path: string): string {
    const target = join(this.#project, path);
    makeDirectory(dirname(target));
    return temporaryName(target);
  }

  async #copyTree(digest: Digest, target: string): Promise<void> {
    const tree = this.#blobs.tree(digest);
    if (tree === null) throw gone(this.#blobs.path(digest));
    mkdirSync(target);
    for (const file of tree) {
      const path = join(target, file.path);
      if (file.path.endsWith('/')) {
        makeDirectory(path);
        continue;
      }
      makeDirectory(dirname(path));
      await this.#blobs.copyOut(file.digest, path);
    }
  }

  #switch(temporary: string, { path, directory }: TaskOutput): void {
    const target = join(this.#project, path);
    if (directory) this.#switchDirectory(temporary, target);
    else
      withDirectory(dirname(target), () => {
        renameSync(temporary, target);
      });
  }

  /**
   * Takes away former outputs where now others lie above or below them: a file above the path, and a directory at it.
   * What is not in the store as it lies is somebody's own, and stays in the way.
   */
  #clearWay(path: string): void {
    const above = [path];
    for (let each = dirname(path); each !== '.'; each = dirname(each)) above.push(each);
    const inWay = above.find((each) => {
      const kind = look(join(this.#project, each))?.kind;
      return kind === 'file' || (each === path && kind === 'directory');
    });
    if (inWay === undefined) return;
    this.#digests.forget(inWay);
    const files = this.#digests.looks.listing(inWay)?.map((name) => `${inWay}/${name}`) ?? [inWay];
    const own = files.find((file) => !file.endsWith('/') && !this.#isStored(file));
    if (own !== undefined) throw inTheWay(own, path);
    rmSync(join(this.#project, inWay), { recursive: true });
    for (const file of files) this.#digests.forget(file);
  }

  /** A directory is replaced whole, but for what somebody put into it. */
  #spareOwn({ path, directory }: TaskOutput, digest: Digest): void {
    const placed = this.#placed(path);
    // As it was put there, nothing in it is anybody's.
    if (placed !== undefined && this.holds({ name: '', path, directory }, placed)) return;
    refuseLinks(this.#project, `${this.#root}/${ASIDE}/x`);
    const members = new Set(this.#blobs.tree(digest)?.map((file) => file.path));
    const place = { output: path, root: this.#root, members };
    const moved = moveAside(this.#project, place, (file) => this.#isStored(file));
    if (moved !== null) this.onMoved(moved);
  }

  #isStored(path: string): boolean {
    this.#digests.forget(path);
    const digest = this.#digests.digest(path);
    return digest !== null && this.#blobs.intact(digest);
  }

  /** A directory cannot be renamed over another: for an instant there is none, never half of one. */
  #switchDirectory(temporary: string, target: string): void {
    const old = `${temporary}.old`;
    if (look(target) !== null) renameSync(target, old);
    makeDirectory(dirname(target));
    renameSync(temporary, target);
    rmSync(old, { recursive: true, force: true });
  }

  #noteTree(path: string, digest: Digest): void {
    for (const file of this.#blobs.tree(digest) ?? []) {
      if (!file.path.endsWith('/')) this.#note(`${path}/${file.path}`, file.digest);
    }
  }

  #note(path: string, digest: Digest): void {
    this.#digests.forget(path);
    const found = look(join(this.#project, path));
    if (found?.kind === 'file') this.#stats.keep(path, found.stat, digest, Date.now());
  }
}
