import type { RunEvent } from '../run/event.ts';

/** Consumes the events of a run, in order, and shows them somewhere. */
export interface Reporter {
  event(event: RunEvent): void;
  /** Nothing more comes: gives the terminal back. */
  close(): void;
}

/** Writes text as it is; the caller adds line ends. */
export type Write = (text: string) => void;
