import type { Digest } from '../digest.ts';
import type { Gate } from '../execute/gate.ts';
import type { Graph } from '../graph/graph.ts';
import type { Lock } from '../store/lock.ts';
import type { Engine } from './engine.ts';
import type { EventBody } from './event.ts';
import type { RunOptions } from './project.ts';
import type { RemoteSide } from './remote-side.ts';
import type { RunLog } from './run-log.ts';
import type { Site } from './site.ts';
import type { Survey } from './survey.ts';
import type { WorkDirectories } from './work-directory.ts';

/** What a schedule is made of. */
export interface ScheduleParts {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly survey: Survey;
  readonly lock: Lock;
  readonly log: RunLog;
  readonly work: WorkDirectories;
  readonly options: RunOptions;
  readonly gate: Gate;
  readonly emit: (event: EventBody) => void;
  readonly remote: RemoteSide | null;
  /** Where tasks are carried out, if not here. */
  readonly site: Site | null;
  /** Whether outputs are laid into `artifacts/` as they are made; otherwise only those that a command reads. */
  readonly places: boolean;
  /** Directory of outputs, project-relative. */
  readonly root: string;
  /** Of runs that go on side by side; a run of its own has none. */
  readonly shared?: Shared | undefined;
}

/** What several runs of one process have together. */
export interface Shared {
  readonly gate: Gate;
  readonly work: WorkDirectories;
  /** By fingerprint, tasks that are being made: another run waits, and takes the result. */
  readonly making: Map<Digest, Promise<void>>;
  /** The end of the last survey: one at a time. */
  surveyed: Promise<unknown>;
}
