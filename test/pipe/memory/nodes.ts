import { constants } from 'node:os';

/** Nanoseconds since the epoch; every change to the disk gets a time of its own. */
let clock = 0n;
let inodes = 0;

export function tick(): bigint {
  const now = BigInt(Date.now()) * 1_000_000n;
  clock = now > clock ? now : clock + 1n;
  return clock;
}

/** Sets the clock by the program's. */
export function setClock(): void {
  clock = 0n;
}

/** What an inode of any kind has. */
class Inode {
  readonly inode = ++inodes;
  links = 1;
  mtime = tick();
  ctime = this.mtime;
  mode: number;

  constructor(mode: number) {
    this.mode = mode;
  }

  /** Something other than its content changed: its mode, its times, a name. */
  renamed(): void {
    this.ctime = tick();
  }

  changed(): void {
    this.mtime = tick();
    this.ctime = this.mtime;
  }
}

export class FileNode extends Inode {
  readonly kind = 'file';
  private content: Buffer = Buffer.alloc(0);
  /** What would be left of it without power. */
  private synced: Buffer = this.content;

  get bytes(): Buffer {
    return this.content;
  }

  set bytes(bytes: Buffer) {
    this.content = bytes;
    this.changed();
  }

  sync(): void {
    this.synced = this.content;
  }

  /** Bytes that were not on the disk yet are zeros after a power cut, while the file's stats are as they were. */
  losePower(): void {
    if (this.synced !== this.content) this.content = this.synced = Buffer.alloc(this.content.length);
  }
}

export class DirectoryNode extends Inode {
  readonly kind = 'directory';
  entries = new Map<string, Node>();
  private synced: ReadonlyMap<string, Node> = new Map();

  sync(): void {
    this.synced = new Map(this.entries);
  }

  copyNames(copy: (node: Node) => Node): void {
    const names = (map: ReadonlyMap<string, Node>) =>
      new Map([...map].map(([name, node]) => [name, copy(node)]));
    this.entries = names(this.entries);
    this.synced = names(this.synced);
  }

  syncAll(): void {
    this.sync();
    for (const node of this.entries.values()) {
      if (node.kind === 'file') node.sync();
      if (node.kind === 'directory') node.syncAll();
    }
  }

  losePower(names: 'kept' | 'lost'): void {
    if (names === 'lost') {
      this.entries.clear();
      for (const [name, node] of this.synced) this.entries.set(name, node);
    }
    for (const node of this.entries.values()) {
      if (node.kind === 'file') node.losePower();
      if (node.kind === 'directory') node.losePower(names);
    }
  }
}

export class LinkNode extends Inode {
  readonly kind = 'link';
  readonly target: string;

  constructor(target: string) {
    super(0o777);
    this.target = target;
  }
}

export type Node = FileNode | DirectoryNode | LinkNode;

/** A copy of a whole tree; what has several names has them in the copy, too. */
export function copyOf<N extends Node>(node: N, copies = new Map<Node, Node>()): N {
  const known = copies.get(node);
  if (known !== undefined) return known as N;
  const copy = Object.assign(Object.create(Object.getPrototypeOf(node) as object) as N, node);
  copies.set(node, copy);
  if (copy.kind === 'directory') copy.copyNames((each) => copyOf(each, copies));
  return copy;
}

/** What the file system says when it refuses something. */
export function refusal(code: keyof typeof constants.errno, syscall: string, path: string): Error {
  const errno = -constants.errno[code];
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, errno, syscall, path });
}

export interface StatOptions {
  readonly bigint?: boolean;
  readonly throwIfNoEntry?: boolean;
}

export function statsOf(node: Node, { bigint = false }: StatOptions = {}) {
  const bytes = node.kind === 'file' ? node.bytes.length : 0;
  const number = bigint ? BigInt : Number;
  return {
    size: number(bytes),
    mode: number(node.mode),
    ino: number(node.inode),
    nlink: number(node.links),
    mtimeNs: node.mtime,
    ctimeNs: node.ctime,
    mtimeMs: Number(node.mtime) / 1e6,
    isFile: () => node.kind === 'file',
    isDirectory: () => node.kind === 'directory',
    isSymbolicLink: () => node.kind === 'link',
  };
}
