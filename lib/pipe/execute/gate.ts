import type { Resources } from '../manifest/manifest.ts';
import { lacks, type Capacity } from './capacity.ts';
import { Devices, ROUNDING } from './devices.ts';

/** What a task got, until it leaves. */
export interface Place {
  readonly threads: number;
  /** GPUs, by what CUDA calls them. */
  readonly devices: readonly string[];
  leave(): void;
}

interface Waiting {
  readonly asked: Resources;
  readonly enter: (place: Place) => void;
}

/**
 * Lets tasks in as long as what they hold together stays within bounds. In order of arrival, except that a task that
 * waits for a GPU, for memory or for a resource of the file does not hold up those that need none of what it needs.
 */
export class Gate {
  readonly capacity: Capacity;
  readonly #devices: Devices;
  readonly #held = new Map<string, number>();
  #queue: Waiting[] = [];

  constructor(capacity: Capacity) {
    this.capacity = capacity;
    this.#devices = new Devices(capacity.devices);
  }

  /** Waits until there is room. What asks for more than there ever is would wait for ever: whoever calls has refused it. */
  async enter(asked: Resources): Promise<Place> {
    const [lack] = lacks(asked, this.capacity);
    if (lack)
      throw new Error(`a task waits for ${lack.asked} of ${lack.resource}, and there are ${lack.has}`);
    return await new Promise<Place>((enter) => {
      this.#queue.push({ asked, enter });
      this.#admit();
    });
  }

  #admit(): void {
    // What they took that come later might never be there for one that came before.
    const awaited = new Set<string>();
    this.#queue = this.#queue.filter(({ asked, enter }) => {
      const amounts = this.#amounts(asked);
      const kinds = [...amounts.keys(), ...(asked.gpu + asked.gpus > 0 ? ['gpu'] : [])];
      const lacking = [...amounts]
        .filter(([kind, amount]) => !this.#fits(kind, amount))
        .map(([kind]) => kind);
      if (!this.#devices.fit(asked)) lacking.push('gpu');
      if (lacking.length === 0 && !kinds.some((kind) => awaited.has(kind))) {
        enter(this.#place(asked, amounts));
        return false;
      }
      for (const kind of kinds) if (kind !== 'threads') awaited.add(kind);
      if (lacking.length === 1 && lacking[0] === 'threads') awaited.add('threads');
      return true;
    });
  }

  /** All that is counted, by name; of threads what there is, when more is asked for. */
  #amounts({ threads, memory, own }: Resources): ReadonlyMap<string, number> {
    const granted = Math.max(1, Math.min(threads, this.capacity.threads));
    const amounts = { threads: granted, memory, ...own };
    return new Map(Object.entries(amounts).filter(([, amount]) => amount > 0));
  }

  #fits(kind: string, amount: number): boolean {
    const { threads, memory, own } = this.capacity;
    const bounds: Readonly<Record<string, number>> = { ...own, threads, memory };
    return (this.#held.get(kind) ?? 0) + amount <= bounds[kind]! * (1 + ROUNDING);
  }

  #place(asked: Resources, amounts: ReadonlyMap<string, number>): Place {
    const devices = this.#devices.take(asked);
    this.#hold(amounts, 1);
    let inside = true;
    return {
      threads: amounts.get('threads')!,
      devices: devices.names,
      leave: () => {
        if (!inside) return;
        inside = false;
        devices.giveBack();
        this.#hold(amounts, -1);
        this.#admit();
      },
    };
  }

  #hold(amounts: ReadonlyMap<string, number>, sign: 1 | -1): void {
    for (const [kind, amount] of amounts) {
      this.#held.set(kind, (this.#held.get(kind) ?? 0) + sign * amount);
    }
  }
}
