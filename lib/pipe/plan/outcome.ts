/** How a task ended. Expected failures are values; only `report/` turns them into text. */
export type Outcome =
  /** Nothing to do: recorded, and the files in `artifacts/` are those. */
  | { readonly type: 'fresh' }
  /** The action was known: its outputs came from the content store, or from the remote cache. */
  | { readonly type: 'restored'; readonly from?: 'remote' }
  /** `changed`: whether any output's bytes differ from those recorded before. */
  | { readonly type: 'ran'; readonly ms: number; readonly changed: boolean }
  | Failure
  | { readonly type: 'skipped'; readonly reason: 'upstream-failed'; readonly upstream: string }
  /** The run was stopped before it began, or while it ran. */
  | { readonly type: 'skipped'; readonly reason: 'stopped' | 'interrupted' };

/** `log` is the project-relative path of the task's log. */
export type Failure = { readonly type: 'failed'; readonly log: string | null } & (
  | { readonly reason: 'exit-nonzero'; readonly status: number; readonly tail: readonly string[] }
  | { readonly reason: 'killed'; readonly signal: string; readonly tail: readonly string[] }
  | { readonly reason: 'threw'; readonly message: string; readonly stack: string }
  /** The stage found a file or a parameter that is not what it can be: the user's mistake. */
  | { readonly reason: 'bad-input'; readonly message: string }
  | { readonly reason: 'timed-out'; readonly seconds: number }
  /** `found`: something else lies there, which it wrote. */
  | {
      readonly reason: 'output-missing';
      readonly output: string;
      readonly path: string;
      readonly found?: 'file' | 'directory' | 'other';
    }
  /** It is there, and holds something that cannot be kept; `path` is relative to the output. */
  | {
      readonly reason: 'output-unfit';
      readonly output: string;
      readonly path: string;
      readonly why: 'dangling-link' | 'endless-link' | 'not-a-file' | 'not-utf-8';
    }
  /** Its inputs changed while it ran, each time that it started; `suspects` are tasks that may have done it. */
  | {
      readonly reason: 'input-changed';
      readonly paths: readonly string[];
      readonly times: number;
      readonly suspects: readonly string[];
    }
  /** `temp`: it is temporary, and the task that makes it is no part of the run. */
  | {
      readonly reason: 'input-missing';
      readonly input: string;
      readonly path: string;
      readonly temp?: true;
    }
  /** Run with `strict`: it read these files and directories (with a slash), which no input declares. */
  | { readonly reason: 'input-undeclared'; readonly paths: readonly string[] }
  /** On a cluster: its job had this much memory (bytes; null is what the site gives), and needed more. */
  | { readonly reason: 'out-of-memory'; readonly memory: number | null }
  /** On a cluster: its job had this much time (seconds; null is what the site gives). */
  | { readonly reason: 'out-of-time'; readonly seconds: number | null }
  /** On a cluster: its job ended so often without an answer; `state` is the last one, in the engine's words. */
  | {
      readonly reason: 'job-lost';
      readonly job: string;
      readonly state: string;
      readonly times: number;
      readonly tail: readonly string[];
    }
  /** On a cluster: the engine did not take its job. */
  | { readonly reason: 'job-refused'; readonly site: string; readonly message: string }
  /** On a cluster: its stage names another toolchain on the nodes than here; `nodes` are those that were tried. */
  | {
      readonly reason: 'other-toolchain';
      readonly nodes: readonly string[];
      readonly said: Readonly<Record<string, string>> | null;
    }
  /** The lock, the store or `artifacts/` could not be written, or read, or a process started, where `doing` says so: disk full, no permission. */
  | {
      readonly reason: 'store-failed';
      readonly doing?: 'read' | 'start';
      readonly code: string;
      readonly path: string;
      readonly message: string;
    }
);
