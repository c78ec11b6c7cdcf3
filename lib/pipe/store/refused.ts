/** What the machine refused: disk full, no permission, something else in the place. */
export interface Refusal {
  readonly code: string;
  /** Of what it was to do something with. */
  readonly path: string | undefined;
  /** Absent where it was to write. */
  readonly doing?: 'read' | 'start';
  /** The machine's words, or ours where these say nothing. */
  readonly message: string;
}

/** Calls that change nothing. What `open` is for, `disk.ts` notes. */
const LOOKING = new Set(['read', 'scandir', 'stat', 'lstat', 'fstat', 'readlink', 'realpath', 'access']);

/** Null for an error that is none of the machine's, but a bug. */
export function refusalIn(error: unknown): Refusal | null {
  const { code, syscall, path, dest, flag, message } = error as NodeJS.ErrnoException & {
    readonly dest?: string;
    readonly flag?: string;
  };
  if (code === undefined || syscall === undefined) return null;
  const reading = flag === 'r' || LOOKING.has(syscall);
  if (syscall === 'spawn' && path !== undefined) return { code, path, doing: 'start', message };
  return { code, path: dest ?? path, ...(reading && { doing: 'read' }), message };
}
