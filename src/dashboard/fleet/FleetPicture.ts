/**
 * How a host stands. `waiting`: no wave has reached it. `compared`: its calls are those of the stable version that the candidate is compared
 * with. `silent`: it is to try the candidate and has said nothing. `gone`: the same, and it is not alive.
 */
export type HostState =
  | 'proven'
  | 'serving'
  | 'accepted'
  | 'refused'
  | 'silent'
  | 'gone'
  | 'compared'
  | 'waiting';

/** One host of a group. */
export interface HostPicture {
  readonly host: string;
  readonly state: HostState;
  /** What it serves, and its calls; empty when it has not said. */
  readonly about: string;
}

/** Hosts that belong together: those that a wave added, those that are compared with, the others. */
export interface GroupPicture {
  readonly name: string;
  readonly hosts: readonly HostPicture[];
  /** How many more there are, and are not listed. */
  readonly moreCount: number;
}

/** Why a host refused a version. */
export interface RefusalPicture {
  readonly host: string;
  readonly version: string;
  readonly reason: string;
  /** Lines of its code; empty when there are none. */
  readonly frame: string;
}

/** One plugin of a fleet. */
export interface RolloutPicture {
  readonly plugin: string;
  /** How its rollout stands, in one line. */
  readonly line: string;
  readonly groups: readonly GroupPicture[];
  /** In the order in which they came. */
  readonly refusals: readonly RefusalPicture[];
  readonly moreRefusals: number;
  /** The first host that refused it and has said what it saw before; empty when there is none. */
  readonly first: string;
  /** What that host saw before, a line each. */
  readonly recent: readonly string[];
}

/** All that a page shows of a fleet. */
export interface FleetPicture {
  readonly hostCount: number;
  /** Whether all live hosts are known. */
  readonly isComplete: boolean;
  readonly rollouts: readonly RolloutPicture[];
  readonly problems: readonly string[];
}
