import type { RunEvidence, VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';
import type { Question } from './sample.ts';

/** What is claimed, and what is asked of the runs to test it. */
export interface Claim {
  /** Its name in `claims.primary` of `pipeline.yaml`. */
  readonly id: string;
  readonly number: number;
  readonly text: string;
  /** What the numbers of its statistics are. */
  readonly measured: string;
  /** Where to look. */
  readonly figure: string;
  /** Whether a run has what the claim is of, which comes after early stopping: else it says nothing. */
  readonly isIn: (run: RunEvidence) => boolean;
  /** Of one variant's runs. */
  readonly ask?: (variant: VariantEvidence, params: ClaimsParams) => readonly Question[];
  /** Of two variants' that differ in augmentation alone. */
  readonly askBoth?: (without: VariantEvidence, withIt: VariantEvidence) => readonly Question[];
}
