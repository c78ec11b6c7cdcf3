/** Indices into `Graph.tasks`. */
export type Selection = ReadonlySet<number>;

/** A source file of a stage whose text changed since the stage's tasks ran, while its meaning did not. */
export interface CodeNote {
  readonly stage: string;
  readonly file: string;
}
