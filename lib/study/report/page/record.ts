/** How the page came about, as `pipe publish` writes it into it: times and fingerprints are no content of a task. */
export interface Record {
  readonly revision: { readonly commit: string; readonly dirty: boolean | null } | null;
  readonly engine: string;
  readonly ms: number;
  readonly untimed: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly title: string;
    readonly tasks: number;
    readonly ms: number;
    readonly longest: number;
    readonly untimed: number;
  }[];
  readonly tasks: readonly RecordedTask[];
}

export interface RecordedTask {
  readonly task: string;
  readonly fingerprint: string;
  readonly ms: number | null;
}

/** The element that takes it; empty in the page that the task writes. */
export const RECORD_ELEMENT = 'pipe-record';

/** The form that is understood here. */
const FORM = 1;

/** Null where none was written, or one of another form. */
export function recordIn(text: string): Record | null {
  if (text.trim() === '') return null;
  const read = JSON.parse(text) as Partial<Record> & { readonly pipe?: unknown };
  return read.pipe === FORM ? (read as Record) : null;
}

export function timeText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.095 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** As git shortens it, with a plus where files were other than committed. */
export function revisionText({ revision }: Record): string {
  return revision === null ? '' : `${revision.commit.slice(0, 8)}${revision.dirty === true ? '+' : ''}`;
}
