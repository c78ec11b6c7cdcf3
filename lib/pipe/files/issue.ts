/** A mistake that only the stage's code can find: a parameter its schema refuses, an unknown input. */
export interface StageIssue {
  readonly stage: string;
  /** Into the stage's declaration: `['params', 'train', 'momentum']`, `['inputs', 'maps']`, `['use']`. */
  readonly path: readonly (string | number)[];
  /** The keys under which the file's `params` give what it is about; absent where the stage's declaration does. */
  readonly given?: readonly (string | number)[];
  readonly message: string;
  /** What to do about it, where that is not plain. */
  readonly hint?: string;
}

/**
 * A declared file that is not there, or is none. Of symbolic links: `outside` is one that leads out of the project,
 * `dangling` one to nowhere, `endless` one to a directory that it lies in.
 */
export interface InputIssue {
  readonly stage: string;
  readonly task: string;
  readonly input: string;
  readonly path: string;
  readonly reason:
    | 'missing'
    | 'special'
    | 'unreadable'
    | 'outside'
    | 'dangling'
    | 'endless'
    | 'not-utf-8'
    | 'two-lines'
    | 'unmatched';
}
