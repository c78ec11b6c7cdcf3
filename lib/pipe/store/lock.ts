import { join } from 'node:path';
import { isDigest, type Digest } from '../digest.ts';
import type { OutputDigests, TaskRecord } from '../plan/record.ts';
import { writeAtomically } from './atomic.ts';
import { readdirSync, readFileSync } from './disk.ts';
import { lockName, lockProfile } from './layout.ts';
import { byCodeUnit } from './tree.ts';

/**
 * `pipe.lock`: what was built from what, made to be committed. JSON with one task a line, sorted by id, and
 * nothing in it that differs between two machines. Lines are kept as text and read on demand; a line that
 * cannot be read (a merge conflict) is no line, and its task is looked up in the action cache instead.
 */
export class Lock {
  readonly #path: string | null;
  readonly #head: string;
  readonly #lines: Map<string, string>;
  #changed: boolean;

  /** Of a text that lies in no file of its own, such as that of a git revision, the path is null. */
  constructor(text: string, profile: string, path: string | null) {
    this.#path = path;
    this.#head = `{"pipe":1,"profile":${JSON.stringify(profile)},"tasks":{`;
    this.#lines = linesById(text, this.#head);
    this.#changed = text.startsWith(this.#head) && !isWhole(text.length, this.#head, this.#lines);
  }

  has(id: string): boolean {
    return this.#lines.has(id);
  }

  get(id: string): TaskRecord | null {
    const line = this.#lines.get(id);
    return line === undefined ? null : parseLine(id, line);
  }

  set(id: string, record: TaskRecord): void {
    const line = printLine(id, record);
    this.#changed ||= this.#lines.get(id) !== line;
    this.#lines.set(id, line);
  }

  ids(): readonly string[] {
    return [...this.#lines.keys()].sort(byCodeUnit);
  }

  /** Drops tasks that are no longer declared, and gives what was recorded of them. */
  keepOnly(declared: { has(id: string): boolean }): [id: string, record: TaskRecord][] {
    const dropped: [string, TaskRecord][] = [];
    for (const id of this.#lines.keys()) {
      if (declared.has(id)) continue;
      const record = this.get(id);
      if (record !== null) dropped.push([id, record]);
      this.#changed = this.#lines.delete(id);
    }
    return dropped;
  }

  /** Writes it if anything in it changed; `durable` also waits for the disk. */
  save(durable = true): void {
    if (!this.#changed) return;
    if (this.#path === null) throw new Error('a lock made from a text has no file to be saved to');
    writeAtomically(this.#path, this.text(), durable);
    this.#changed = false;
  }

  text(): string {
    const lines = this.ids().map((id) => this.#lines.get(id)!);
    return `${this.#head}\n${lines.join(',\n')}\n}}\n`;
  }
}

/** A project's own lock; an empty one where there is none yet. */
export function openLock(project: string, profile: string, experiment: string | null = null): Lock {
  const path = join(project, lockName(profile, experiment));
  return new Lock(readText(path), profile, path);
}

/** Every lock that lies in a project's directory. */
export function locksIn(project: string): readonly { readonly profile: string; readonly lock: Lock }[] {
  return readdirSync(project).flatMap((name) => {
    const profile = lockProfile(name);
    return profile === null ? [] : [{ profile, lock: openLock(project, profile) }];
  });
}

/** What a text says was built, whatever profile it is of. */
export function lockFrom(text: string): Lock {
  const [, profile = '"default"'] = /^\{"pipe":1,"profile":("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  return new Lock(text, JSON.parse(profile) as string, null);
}

const fingerprintMark = '":{"fingerprint":"';
const outputsMark = '","outputs":';
const actionMark = ',"action":[';

function printLine(id: string, { fingerprint, outputs, action }: TaskRecord): string {
  const sorted = Object.fromEntries(Object.entries(outputs).sort(([a], [b]) => byCodeUnit(a, b)));
  return `${JSON.stringify(id)}:{"fingerprint":"${fingerprint}","outputs":${JSON.stringify(sorted)},"action":${action}}`;
}

function linesById(text: string, head: string): Map<string, string> {
  const lines = new Map<string, string>();
  if (!text.startsWith(head)) return lines;
  for (const line of text.split('\n')) {
    const mark = line.indexOf(fingerprintMark);
    if (mark <= 0 || !line.startsWith('"')) continue;
    const whole = line.endsWith(',') ? line.slice(0, -1) : line;
    const id = unquote(whole.slice(0, mark + 1));
    if (id !== null && whole.endsWith(']}')) lines.set(id, whole);
  }
  return lines;
}

/** Whether a text of this length is these lines in their order, and no more: one that was cut off or merged is written anew. */
function isWhole(length: number, head: string, lines: ReadonlyMap<string, string>): boolean {
  let [before, letters] = ['', 0];
  for (const [id, line] of lines) {
    if (id < before) return false;
    before = id;
    letters += line.length;
  }
  const between = 2 * Math.max(0, lines.size - 1);
  return length === head.length + '\n'.length + letters + between + '\n}}\n'.length;
}

function unquote(text: string): string | null {
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}

function parseLine(id: string, line: string): TaskRecord | null {
  const start = JSON.stringify(id).length - 1 + fingerprintMark.length;
  const end = line.indexOf(outputsMark, start);
  const action = line.indexOf(actionMark, end);
  if (end < 0 || action < 0) return null;
  // Only ever compared with a digest made here, so its form is of no matter.
  const fingerprint = line.slice(start, end) as Digest;
  const outputs = parseOutputs(line.slice(end + outputsMark.length, action));
  if (outputs === null) return null;
  return { fingerprint, outputs, action: line.slice(action + actionMark.length - 1, -1) };
}

function parseOutputs(text: string): OutputDigests | null {
  try {
    const outputs = JSON.parse(text) as Record<string, Digest>;
    return Object.values(outputs).every(isDigest) ? outputs : null;
  } catch {
    return null;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
