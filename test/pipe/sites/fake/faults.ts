/** How much goes wrong, each as a share from 0 to 1 or in milliseconds; all of it is drawn from one seed. */
export interface Faults {
  /** Submissions whose answer never comes back; half of them were taken. */
  readonly unanswered: number;
  /** Other calls that fail. */
  readonly failing: number;
  /** Calls of `squeue` that answer with nothing at all, and no word of why. */
  readonly empty: number;
  /** States that are told as they were up to `late` milliseconds ago. */
  readonly lateStates: number;
  readonly late: number;
  /** Milliseconds after which an ended job is forgotten. */
  readonly forgotten: number;
  /** Milliseconds between losses of a node; those, of which its processes go on unseen. */
  readonly nodeLost: number;
  readonly undead: number;
  /** Milliseconds between times when the controller is away, and for how long. */
  readonly awayEvery: number;
  readonly awayFor: number;
  /** Jobs that end before they begin; that begin twice; that give way to others. */
  readonly stillborn: number;
  readonly twice: number;
  readonly preempted: number;
  /** Jobs that somebody cancels. */
  readonly cancelled: number;
  /** Elements that wait at once before no more are taken. */
  readonly room: number;
}

export const noFaults: Faults = {
  ...{ unanswered: 0, failing: 0, empty: 0, lateStates: 0, late: 0, forgotten: 300_000 },
  ...{ nodeLost: Infinity, undead: 0, awayEvery: Infinity, awayFor: 0 },
  ...{ stillborn: 0, twice: 0, preempted: 0, cancelled: 0, room: Infinity },
};

/** All at once. */
export const manyFaults: Faults = {
  ...{ unanswered: 0.15, failing: 0.1, empty: 0.05, lateStates: 0.2, late: 60_000, forgotten: 120_000 },
  ...{ nodeLost: 1_200_000, undead: 0.5, awayEvery: 1_000_000, awayFor: 200_000 },
  ...{ stillborn: 0.03, twice: 0.05, preempted: 0.03, cancelled: 0.01, room: 120 },
};
