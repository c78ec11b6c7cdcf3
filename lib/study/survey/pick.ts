import type { PackedRun } from '../report/run-data.ts';
import { type Draws, permutation } from '../random.ts';
import type { Candidate } from './candidates.ts';

/** How often images, classes and runs were picked, so that all get their turn. */
export class Picker {
  readonly #runs: readonly PackedRun[];
  readonly #draws: Draws;
  readonly #times = new Map<string, number>();

  constructor(runs: readonly PackedRun[], draws: Draws) {
    this.#runs = runs;
    this.#draws = draws;
  }

  /** At random, from the groups in turn; among a group's, of what was picked least often. No candidate twice. */
  pick(candidates: readonly Candidate[], count: number): Candidate[] {
    const groups = new Map<string, Candidate[]>();
    for (const at of permutation(candidates.length, this.#draws)) {
      const candidate = candidates[at]!;
      const { group } = this.#image(candidate);
      groups.set(group, [...(groups.get(group) ?? []), candidate]);
    }
    const names = [...groups.keys()].sort();
    const picked: Candidate[] = [];
    while (picked.length < count && [...groups.values()].some((own) => own.length > 0))
      for (const name of names) {
        const own = groups.get(name)!;
        if (picked.length < count && own.length > 0) picked.push(this.#takeLeastUsed(own));
      }
    return picked;
  }

  #takeLeastUsed(own: Candidate[]): Candidate {
    let [best, least] = [0, [Infinity, Infinity, Infinity]];
    own.forEach((candidate, at) => {
      const used = this.#keys(candidate).map((key) => this.#times.get(key) ?? 0);
      const differs = used.findIndex((times, place) => times !== least[place]);
      if (differs >= 0 && used[differs]! < least[differs]!) [best, least] = [at, used];
    });
    const [candidate] = own.splice(best, 1) as [Candidate];
    for (const key of this.#keys(candidate)) this.#times.set(key, (this.#times.get(key) ?? 0) + 1);
    return candidate;
  }

  /** What should be picked as often as others, the most important first. */
  #keys(candidate: Candidate): readonly [image: string, className: string, run: string] {
    const { setting } = this.#runs[candidate.run]!.run;
    const { index, label } = this.#image(candidate);
    return [`image ${setting} ${index}`, `class ${setting} ${label}`, `run ${candidate.run}`];
  }

  #image({ run, image }: Candidate): PackedRun['run']['images'][number] {
    return this.#runs[run]!.run.images[image]!;
  }
}
