import type { Mount } from '../../sources/disk/mounts.js';

/** What the kernel allows, and what is in use by this user already. */
export interface InotifyFacts {
  readonly maxWatchCount: number;
  /** The setting that limits watches: the system's, or that of the user's namespace. */
  readonly maxWatchSetting: string;
  readonly usedWatchCount: number;
  readonly maxInstanceCount: number;
  readonly maxInstanceSetting: string;
  readonly usedInstanceCount: number;
  readonly maxQueuedCount: number;
}

export interface TreeFacts {
  readonly directoryCount: number;
  readonly fileCount: number;
  /** Directories that cannot be read. */
  readonly unreadable: readonly string[];
  /** Files whose times were looked at, and how many of those have a time without a fraction, or one that is yet to come. */
  readonly timedCount: number;
  readonly wholeSecondCount: number;
  readonly futureCount: number;
}

export interface ClockFacts {
  /** The least time that can be told apart, in milliseconds. */
  readonly grainMs: number;
  /** How far the wall clock went beside the steady one since this process began, in milliseconds. */
  readonly stepMs: number;
}

/** What `hotpipe doctor` looks at. `undefined`: this system does not tell. */
export interface DoctorFacts {
  readonly dir: string;
  readonly platform: string;
  readonly nodeVersion: string;
  readonly tree: TreeFacts;
  readonly mount: Mount | undefined;
  readonly inotify: InotifyFacts | undefined;
  readonly descriptors: { readonly limit: number; readonly usedCount: number } | undefined;
  readonly clock: ClockFacts;
}
