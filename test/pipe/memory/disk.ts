import * as fs from 'node:fs';
import { posix } from 'node:path';
import {
  copyOf,
  DirectoryNode,
  FileNode,
  LinkNode,
  refusal,
  setClock,
  statsOf,
  type Node,
  type StatOptions,
} from './nodes.ts';

/**
 * A disk in memory, which stands behind `lib/pipe/store/disk.ts` where a test mocks that module with this one. It
 * behaves as the real one does in all that the engine relies on (`disk.test.ts` asks both), its clock ticks with every
 * change, and it can be made to fail, to stop as for a process that is killed, and to lose its power.
 */

let root: DirectoryNode;
let handles: Map<number, Opened>;
let changes: number;
let trouble: ((change: Change) => void) | null;

interface Opened {
  readonly node: Node;
  /** How far it was read. */
  position: number;
}

/** Something that is about to be done to the disk. */
export interface Change {
  /** How many came before it since the disk was new, or since `count` was called. */
  readonly nth: number;
  readonly syscall: string;
  readonly path: string;
}

/** Empties the disk but for the directory of a project. */
export function format(): void {
  setClock();
  root = new DirectoryNode(0o755);
  handles = new Map();
  trouble = null;
  changes = 0;
  mkdirSync('/project');
  root.sync();
}

/** Asks before every change from now on; what `meet` throws is what becomes of it. Counts from 0 again. */
export function meet(trouble_: typeof trouble): void {
  trouble = trouble_;
  changes = 0;
}

/** How many changes there were since `meet` or `format`. */
export function changed(): number {
  return changes;
}

/** Keeps the disk as it is; the function that it gives brings that back, as often as it is called. */
export function keep(): () => void {
  const kept = copyOf(root);
  return () => {
    root = copyOf(kept);
    handles = new Map();
    meet(null);
  };
}

/** Waits for all that was ever written. */
export function sync(): void {
  root.syncAll();
}

/**
 * What a power cut leaves: of bytes that nobody waited for, zeros. `names`: those that nobody waited for may be there
 * all the same.
 */
export function losePower(names: 'kept' | 'lost'): void {
  handles.clear();
  root.losePower(names);
}

function change(syscall: string, path: string): void {
  const nth = changes++;
  trouble?.({ nth, syscall, path });
}

interface Place {
  readonly parent: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
  /** Absolute, without links. */
  readonly path: string;
}

/** Where a path leads; links on the way are followed, one at its end only if asked. */
function walk(path: string, syscall: string, follow: boolean, hops = 0): Place {
  if (hops > 40) throw refusal('ELOOP', syscall, path);
  let at: Place = { parent: root, name: '', node: root, path: '/' };
  const parts = posix.resolve('/', path).split('/').filter(Boolean);
  for (const [index, name] of parts.entries()) {
    if (at.node === undefined) throw refusal('ENOENT', syscall, path);
    if (at.node.kind !== 'directory') throw refusal('ENOTDIR', syscall, path);
    const node = at.node.entries.get(name);
    const here: Place = { parent: at.node, name, node, path: posix.join(at.path, name) };
    const last = index === parts.length - 1;
    at =
      node?.kind === 'link' && (follow || !last)
        ? walk(posix.resolve(at.path, node.target), syscall, true, hops + 1)
        : here;
  }
  return at;
}

function find(path: string, syscall: string, follow = true): Node {
  const { node } = walk(path, syscall, follow);
  if (node === undefined) throw refusal('ENOENT', syscall, path);
  return node;
}

function findFile(path: string, syscall: string): FileNode {
  const node = find(path, syscall);
  if (node.kind !== 'file') throw refusal('EISDIR', 'read', path);
  return node;
}

function enter({ parent, name }: Place, node: Node): void {
  parent.entries.set(name, node);
  parent.changed();
}

function leave({ parent, name, node }: Place): void {
  parent.entries.delete(name);
  parent.changed();
  if (node === undefined) return;
  node.links -= 1;
  node.renamed();
}

export const { constants } = fs;

export function existsSync(path: string): boolean {
  try {
    return walk(path, 'access', true).node !== undefined;
  } catch {
    return false;
  }
}

export function accessSync(path: string): void {
  find(path, 'access');
}

function stat(path: string, options: StatOptions, syscall: 'stat' | 'lstat') {
  try {
    return statsOf(find(path, syscall, syscall === 'stat'), options);
  } catch (error) {
    if (options.throwIfNoEntry === false && (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}

export function statSync(path: string, options: StatOptions = {}) {
  return stat(path, options, 'stat');
}

export function lstatSync(path: string, options: StatOptions = {}) {
  return stat(path, options, 'lstat');
}

function realPath(path: string): string {
  const { node, path: real } = walk(path, 'realpath', true);
  if (node === undefined) throw refusal('ENOENT', 'realpath', path);
  return real;
}

export const realpathSync = Object.assign(realPath, { native: realPath });

/** Names in no order that anybody could rely on: the latest first. */
export function readdirSync(path: string, options: { readonly withFileTypes?: boolean } = {}) {
  const node = find(path, 'scandir');
  if (node.kind !== 'directory') throw refusal('ENOTDIR', 'scandir', path);
  const entries = [...node.entries].reverse();
  if (options.withFileTypes !== true) return entries.map(([name]) => name);
  return entries.map(([name, each]) => ({ name, parentPath: path, ...statsOf(each) }));
}

export function mkdirSync(path: string): void {
  change('mkdir', path);
  const place = walk(path, 'mkdir', false);
  if (place.node !== undefined) throw refusal('EEXIST', 'mkdir', path);
  enter(place, new DirectoryNode(0o755));
}

export function rmdirSync(path: string): void {
  change('rmdir', path);
  const place = walk(path, 'rmdir', false);
  if (place.node === undefined) throw refusal('ENOENT', 'rmdir', path);
  if (place.node.kind !== 'directory') throw refusal('ENOTDIR', 'rmdir', path);
  if (place.node.entries.size > 0) throw refusal('ENOTEMPTY', 'rmdir', path);
  leave(place);
}

/** A directory goes piece by piece, as on a real disk: it can be stopped halfway. */
export function rmSync(
  path: string,
  { recursive = false, force = false }: { readonly recursive?: boolean; readonly force?: boolean } = {},
): void {
  if (force && !isThere(path)) return;
  const { node } = walk(path, 'rm', false);
  if (node === undefined) throw refusal('ENOENT', 'rm', path);
  if (node.kind === 'directory') {
    if (!recursive) {
      const told = { code: 'ERR_FS_EISDIR', syscall: 'rm', path };
      throw Object.assign(new Error(`${path} is a directory`), told);
    }
    for (const name of [...node.entries.keys()]) rmSync(posix.join(path, name), { recursive });
    rmdirSync(path);
    return;
  }
  change('unlink', path);
  leave(walk(path, 'unlink', false));
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

export function renameSync(from: string, to: string): void {
  change('rename', from);
  const [source, target] = [walk(from, 'rename', false), walk(to, 'rename', false)];
  const { node } = source;
  if (node === undefined) throw refusal('ENOENT', 'rename', from);
  const { node: there } = target;
  if (there !== undefined && there !== node) {
    if (there.kind === 'directory' && node.kind !== 'directory') throw refusal('EISDIR', 'rename', from);
    if (there.kind !== 'directory' && node.kind === 'directory') throw refusal('ENOTDIR', 'rename', from);
    if (there.kind === 'directory' && there.entries.size > 0) throw refusal('ENOTEMPTY', 'rename', from);
    leave(target);
  }
  node.links += 1;
  leave(source);
  enter(target, node);
}

export function linkSync(from: string, to: string): void {
  change('link', to);
  const [node, target] = [find(from, 'link', false), walk(to, 'link', false)];
  if (target.node !== undefined) throw refusal('EEXIST', 'link', from);
  node.links += 1;
  node.renamed();
  enter(target, node);
}

/** Only for tests: the engine makes no links. */
export function symlinkSync(target: string, path: string): void {
  const place = walk(path, 'symlink', false);
  if (place.node !== undefined) throw refusal('EEXIST', 'symlink', path);
  enter(place, new LinkNode(target));
}

export function chmodSync(path: string, mode: number): void {
  change('chmod', path);
  const node = find(path, 'chmod');
  node.mode = mode;
  node.renamed();
}

/** Seconds since the epoch. */
export function utimesSync(path: string, _: number | Date, mtime: number | Date): void {
  change('utime', path);
  const node = find(path, 'utime');
  const seconds = typeof mtime === 'number' ? mtime : mtime.getTime() / 1000;
  node.mtime = BigInt(Math.round(seconds * 1e6)) * 1000n;
  node.renamed();
}

type Flag = 'r' | 'w' | 'wx' | 'a';

/** The file to write to; made anew where there is none. */
function target(path: string, flag: Exclude<Flag, 'r'>, mode = 0o644): FileNode {
  change('open', path);
  const place = walk(path, 'open', true);
  if (place.node !== undefined && flag === 'wx') throw refusal('EEXIST', 'open', path);
  if (place.node !== undefined && place.node.kind !== 'file') throw refusal('EISDIR', 'open', path);
  const file = place.node ?? new FileNode(mode);
  if (place.node === undefined) enter(place, file);
  else if (flag === 'w') file.bytes = Buffer.alloc(0);
  return file;
}

export function openSync(path: string, flag: Flag = 'r'): number {
  const node = flag === 'r' ? find(path, 'open') : target(path, flag);
  const handle = Math.max(100, ...handles.keys()) + 1;
  handles.set(handle, { node, position: 0 });
  return handle;
}

export function closeSync(handle: number): void {
  if (!handles.delete(handle)) throw refusal('EBADF', 'close', String(handle));
}

function opened(handle: number, syscall: string): Opened & { readonly node: FileNode } {
  const found = handles.get(handle);
  if (found === undefined) throw refusal('EBADF', syscall, String(handle));
  if (found.node.kind !== 'file') throw refusal('EISDIR', syscall, String(handle));
  return found as Opened & { readonly node: FileNode };
}

export function readSync(
  handle: number,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
): number {
  const file = opened(handle, 'read');
  const start = position ?? file.position;
  const read = file.node.bytes.copy(buffer, offset, start, start + length);
  if (position === null) file.position += read;
  return read;
}

/** Appends: no handle of the engine writes elsewhere than at the end. */
export function writeSync(handle: number, content: string | Uint8Array, offset = 0): number {
  const { node: file } = opened(handle, 'write');
  const bytes = Buffer.from(content as Uint8Array).subarray(offset);
  change('write', String(handle));
  file.bytes = Buffer.concat([file.bytes, bytes]);
  return bytes.length;
}

export function fsyncSync(handle: number): void {
  change('fsync', String(handle));
  const node = handles.get(handle)?.node;
  if (node === undefined || node.kind === 'link') throw refusal('EBADF', 'fsync', String(handle));
  node.sync();
}

export function readFileSync(path: string): Buffer;
export function readFileSync(path: string, encoding: 'utf8'): string;
export function readFileSync(path: string, encoding?: 'utf8'): string | Buffer {
  const { bytes } = findFile(path, 'open');
  return encoding === undefined ? Buffer.from(bytes) : bytes.toString(encoding);
}

/** In two changes: a file that is empty, and one with its bytes. */
export function writeFileSync(
  path: string,
  content: string | Uint8Array,
  { mode = 0o644 }: { readonly mode?: number } = {},
): void {
  const file = target(path, 'w', mode);
  change('write', path);
  file.bytes = Buffer.from(content as Uint8Array);
}

export function appendFileSync(path: string, content: string): void {
  const file = target(path, 'a');
  change('write', path);
  file.bytes = Buffer.concat([file.bytes, Buffer.from(content)]);
}

export function copyFileSync(from: string, to: string): void {
  const source = findFile(from, 'copyfile');
  const file = target(to, 'w', source.mode);
  change('copyfile', to);
  file.bytes = source.bytes;
}

export function copyFile(from: string, to: string): Promise<void> {
  return Promise.resolve().then(() => {
    copyFileSync(from, to);
  });
}

export function rmdir(path: string): Promise<void> {
  return Promise.resolve().then(() => {
    rmdirSync(path);
  });
}

/** To wait for the bytes of a file. */
export function open(path: string): Promise<{ sync(): Promise<void>; close(): Promise<void> }> {
  return Promise.resolve().then(() => {
    const handle = openSync(path);
    return {
      sync: () =>
        Promise.resolve().then(() => {
          fsyncSync(handle);
        }),
      close: () =>
        Promise.resolve().then(() => {
          closeSync(handle);
        }),
    };
  });
}

format();
