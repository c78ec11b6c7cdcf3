const ROUNDS = 5;
/** A turn of each lasts about this long, in seconds. */
const TURN = 0.7;
/** Calls that take longer than this, in seconds, as explaining at width 64 does, get fewer rounds. */
const LONG = 8;
const LONG_ROUNDS = 2;

/** Of what is measured: the clock's, or this process's on all processors, which other programs hardly lengthen. */
export type Seconds = 'clock' | 'processor';

/** Seconds of each of a number of calls. */
export type Timed = (count: number) => Promise<readonly number[]>;

export interface Compared {
  readonly line: string;
  /** Of our median call. */
  readonly seconds: number;
}

/** What a call takes, `count` times. */
export async function time(call: () => Promise<unknown>, count: number, kind: Seconds): Promise<number[]> {
  const seconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = now(kind);
    await call();
    seconds.push(now(kind) - start);
  }
  return seconds;
}

function now(kind: Seconds): number {
  if (kind === 'clock') return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Seconds of a call when warm. */
async function warmed(call: Timed): Promise<number> {
  const first = (await call(1))[0]!;
  return first > LONG ? first : (await call(1))[0]!;
}

/** Calls that fill a turn. */
function turn(seconds: number): number {
  return Math.max(1, Math.round(TURN / seconds));
}

/**
 * One turn after another of ours and theirs. Their ratio is that of the medians; `perCall`: images, or maps, that a
 * call gives.
 */
export async function compare(
  name: string,
  perCall: number,
  ours: Timed,
  theirs: Timed | null,
): Promise<Compared> {
  const warm = await warmed(ours);
  const [count, torchCount] = [turn(warm), theirs === null ? 0 : turn(await warmed(theirs))];
  const [mine, reference]: [number[], number[]] = [[], []];
  for (let round = 0; round < (warm > LONG ? LONG_ROUNDS : ROUNDS); round++) {
    mine.push(...(await ours(count)));
    if (theirs !== null) reference.push(...(await theirs(torchCount)));
  }
  const speed = perCall / median(mine);
  const columns = [name.padEnd(22), written(speed)];
  if (reference.length > 0) {
    const other = perCall / median(reference);
    columns.push(written(other), (speed / other).toFixed(2).padStart(6));
  }
  return { line: columns.join('  '), seconds: median(mine) };
}

function written(speed: number): string {
  return speed.toFixed(speed < 20 ? 1 : 0).padStart(7);
}
