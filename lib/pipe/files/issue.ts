/** A mistake that only the stage's code can find: a parameter its schema refuses, an unknown input. */
export interface StageIssue {
  readonly stage: string;
  /** Into the stage's declaration: `['params', 'train', 'momentum']`, `['inputs', 'maps']`, `['use']`. */
  readonly path: readonly (string | number)[];
  /** The keys under which the file's `params` give what it is about; absent where the stage's declaration does. */
  readonly given?: readonly (string | number)[];
  readonly message: string;
}

/** A declared file that is not there (or, for `outside`, that a symbolic link takes out of the project). */
export interface InputIssue {
  readonly stage: string;
  readonly task: string;
  readonly input: string;
  readonly path: string;
  readonly reason: 'missing' | 'special' | 'unreadable' | 'outside' | 'unmatched';
}
