import type { Json } from '../json.ts';

/** What the grammar alone does not say of a key, for editors and for `docs/pipeline.md`. */
export interface KeyGuide {
  /** What holds where the key is missing. */
  readonly default?: Json;
  /** The same in words, where it is no constant. */
  readonly otherwise?: string;
  /** Sentences that follow the description of the grammar. */
  readonly more?: string;
  /** Pieces of a file that hold the key: of its top level, or of one stage (`surroundings` has the rest). */
  readonly examples: readonly string[];
  /** Likewise, each with a slip for which the program has a message. */
  readonly mistakes: readonly string[];
}
