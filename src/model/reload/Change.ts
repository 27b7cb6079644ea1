import type { FoldedEvents } from '../events/foldEvents.js';

/** The net effect of a batch of events on one plugin. */
export interface Change {
  readonly plugin: string;
  /** One event per path, in order of application. */
  readonly events: FoldedEvents;
  /** Scheduler time of the first event of the batch, in milliseconds. */
  readonly firstAtMs: number;
  /** Scheduler time of the last event of the batch, in milliseconds. */
  readonly lastAtMs: number;
  /** Number of events before folding; 0 where no change of files starts a reload. */
  readonly eventCount: number;
}
