import type { PackedRun } from '../report/run-data.ts';
import { type Draws, permutation } from '../random.ts';
import type { Candidate } from './candidates.ts';
import type { CheckpointName, Side, TrialKey } from './key.ts';
import type { Trial } from './page/data.ts';
import { imagePicture, mapPicture } from './pictures.ts';

/** A trial, and what the key says of it. */
export interface Asked {
  readonly trial: Trial;
  readonly key: TrialKey;
  /** Where in the survey it comes; what is asked twice is asked once in each half. */
  readonly half: 0 | 1 | null;
}

/** Makes trials with what is known of them, sides and choices drawn. */
export class Asking {
  readonly #runs: readonly PackedRun[];
  readonly #draws: Draws;
  #items = 0;

  constructor(runs: readonly PackedRun[], from: Draws) {
    this.#runs = runs;
    this.#draws = from;
  }

  /** Early stopping as often left as right. */
  pairs(method: string, picked: readonly Candidate[]): Asked[] {
    const odd = this.#draws.integer(2);
    const places = permutation(picked.length, this.#draws);
    return picked.map((own, at) => {
      const early: Side = (places[at]! + odd) % 2 === 0 ? 'left' : 'right';
      const maps = { early: this.#map(own, 'early'), late: this.#map(own, 'late') };
      return {
        trial: {
          ...this.#shown(own),
          left: maps[early === 'left' ? 'early' : 'late'],
          right: maps[early === 'left' ? 'late' : 'early'],
        },
        key: { kind: 'preference', ...this.#about(method, own), early, repeat: false },
        half: null,
      };
    });
  }

  identical(method: string, own: Candidate): Asked {
    const checkpoint = this.#checkpoint();
    const map = this.#map(own, checkpoint);
    return {
      trial: { ...this.#shown(own), left: map, right: map },
      key: { kind: 'identical', ...this.#about(method, own), checkpoint },
      half: null,
    };
  }

  /** The other image is of another class where the run has one. */
  other(method: string, own: Candidate, candidates: readonly Candidate[]): Asked {
    const [run, checkpoint] = [this.#runs[own.run]!.run, this.#checkpoint()];
    const label = (image: number): number => run.images[image]!.label;
    const others = candidates.filter((each) => each.run === own.run && each.image !== own.image);
    const apart = others.filter(({ image }) => label(image) !== label(own.image));
    const pool = apart.length > 0 ? apart : others;
    const other = pool[this.#draws.integer(Math.max(1, pool.length))];
    if (!other) return this.identical(method, own);
    const maps = [this.#map(own, checkpoint), this.#map(other, checkpoint)] as const;
    const side: Side = this.#draws.integer(2) === 0 ? 'left' : 'right';
    const [left, right] = side === 'left' ? maps : ([maps[1], maps[0]] as const);
    const { index } = run.images[other.image]!;
    return {
      trial: { ...this.#shown(own), left, right },
      key: { kind: 'other', ...this.#about(method, own), checkpoint, own: side, other: index },
      half: null,
    };
  }

  /** Once by the map at early stopping, once by the late one, with the same choices. */
  classes(method: string, own: Candidate, choices: number): Asked[] {
    const { run } = this.#runs[own.run]!;
    const { label } = run.images[own.image]!;
    const wrong = run.classes.map((_, at) => at).filter((at) => at !== label);
    const drawn = [...permutation(wrong.length, this.#draws)].map((at) => wrong[at]!).slice(0, choices - 1);
    const offered = [label, ...drawn].sort((a, b) => a - b);
    const about = this.#about(method, own);
    const earlyIn = this.#draws.integer(2);
    return (['early', 'late'] as const).map((checkpoint, at): Asked => ({
      trial: {
        kind: 'class',
        map: this.#map(own, checkpoint),
        choices: offered.map((each) => run.classes[each]!),
      },
      key: { kind: 'class', ...about, checkpoint, right: offered.indexOf(label), choices: offered.length },
      half: (at + earlyIn) % 2 === 0 ? 0 : 1,
    }));
  }

  #checkpoint(): CheckpointName {
    return this.#draws.integer(2) === 0 ? 'early' : 'late';
  }

  #map(own: Candidate, checkpoint: CheckpointName) {
    return mapPicture(this.#runs[own.run]!, own, checkpoint);
  }

  #shown(own: Candidate) {
    const { run } = this.#runs[own.run]!;
    const { label } = run.images[own.image]!;
    const image = imagePicture(this.#runs[own.run]!, own);
    return { kind: 'pair', class: run.classes[label]!, image } as const;
  }

  #about(method: string, { run, image }: Candidate) {
    const { index, group } = this.#runs[run]!.run.images[image]!;
    return { item: this.#items++, method, group, run, image: index };
  }
}
