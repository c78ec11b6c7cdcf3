import type { OutputOf, Schema } from './schema.ts';

/** What a project found on this machine. */
export interface Finding {
  readonly name: string;
  /** `taken`: tasks use it. `idle`: it works and was not chosen. `absent`: it cannot be used. `fact`: none of these. */
  readonly state: 'taken' | 'idle' | 'absent' | 'fact';
  /** What was found, or why it is not taken; a line. */
  readonly text: string;
}

export interface DoctorDefinition<P extends Schema> {
  /** What it reads of the `params` of `pipeline.yaml`. */
  readonly params: P;
  /** Looks at the machine as tasks would find it; changes nothing. */
  readonly examine: (params: OutputOf<P>) => Promise<readonly Finding[]>;
}

/** Declares the module that `doctor:` names in `pipeline.yaml`; its default export. It is part of no fingerprint. */
export function defineDoctor<P extends Schema>(definition: DoctorDefinition<P>): DoctorDefinition<P> {
  return definition;
}
