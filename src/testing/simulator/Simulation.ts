import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Act } from './acts/Act.js';
import type { Violation } from './witness/Findings.js';

/** What a simulated run came to. */
export interface Simulation {
  /** Of all that happened and was told: equal for equal options. */
  readonly hash: string;
  /** Promises that were broken: the number of the invariant, and the step at which it was seen. Empty is good. */
  readonly violations: readonly Violation[];
  /** How often each rare path was taken. */
  readonly coverage: Readonly<Record<string, number>>;
  /** What the pipeline told, over all lives of the host; indexes run on. */
  readonly trace: readonly ReloadEvent[];
  /** What happened, as data: give it back as `history` to have it happen again. */
  readonly history: readonly Act[];
}
