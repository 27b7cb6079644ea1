import type { FleetDocument, FleetReport, FleetVersion } from './FleetChange.js';

/** What is known of one plugin's rollout. */
export interface SeenRollout {
  document: FleetDocument;
  revision: number;
  /** The version that is, or was, rolled out. A document says it no longer when the rollout has ended. */
  candidate: FleetVersion | null;
  /** The hosts that each wave added, by the number of the wave. A document has all of them together. */
  readonly waves: Map<number, readonly string[]>;
  control: readonly string[];
  /** The newest report of each host. */
  readonly reports: Map<string, FleetReport>;
  /** Each host that refused it, in the order in which it was heard; it stays refused, whatever it says later. */
  readonly refusals: FleetReport[];
}
