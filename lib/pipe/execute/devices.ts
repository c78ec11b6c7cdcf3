import type { Resources } from '../manifest/manifest.ts';

interface Device {
  /** Null is a GPU that nobody knows of: what share tasks hold of it counts all the same. */
  readonly name: string | null;
  held: number;
}

export interface TakenDevices {
  readonly names: readonly string[];
  giveBack(): void;
}

type Asked = Pick<Resources, 'gpu' | 'gpus'>;

/** Ten tenths are one. */
export const ROUNDING = 1e-9;

/** The GPUs of a machine: whole ones for one task each, shares of one for several. */
export class Devices {
  readonly #all: readonly Device[];

  constructor(names: readonly string[]) {
    this.#all = (names.length > 0 ? names : [null]).map((name) => ({ name, held: 0 }));
  }

  fit(asked: Asked): boolean {
    return this.#choose(asked) !== null;
  }

  take(asked: Asked): TakenDevices {
    const chosen = this.#choose(asked);
    if (chosen === null) throw new Error('there is no room on a GPU');
    const each = asked.gpus > 0 ? 1 : share(asked);
    for (const device of chosen) device.held += each;
    return {
      names: chosen.flatMap(({ name }) => name ?? []),
      giveBack: () => {
        for (const device of chosen) device.held = Math.max(0, device.held - each);
      },
    };
  }

  /** Of a share, the device of which the least is held, in the order of their names' list. */
  #choose(asked: Asked): readonly Device[] | null {
    if (asked.gpus > 0) {
      const free = this.#all.filter(({ held }) => held < ROUNDING);
      return free.length < asked.gpus ? null : free.slice(0, asked.gpus);
    }
    if (asked.gpu <= 0) return [];
    const [least] = this.#all.toSorted((a, b) => a.held - b.held);
    return least!.held + share(asked) <= 1 + ROUNDING ? [least!] : null;
  }
}

/** More of one than there is of it is all of it. */
function share({ gpu }: Asked): number {
  return Math.min(gpu, 1);
}
