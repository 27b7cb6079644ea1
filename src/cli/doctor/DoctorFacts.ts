import type { Mount } from '../../sources/disk/mounts.js';

/** What inotify allows, and how much of it this user's processes use. */
export interface InotifyFacts {
  readonly maxWatchCount: number;
  /** The setting that limits watches: that of the system, or that of the user's namespace. */
  readonly maxWatchSetting: string;
  readonly usedWatchCount: number;
  readonly maxInstanceCount: number;
  readonly maxInstanceSetting: string;
  readonly usedInstanceCount: number;
  /** Events that the kernel keeps for one reader; when there are more, it drops them. */
  readonly maxQueuedCount: number;
}

/** The directory and what is below it, without what `watch` excludes. */
export interface TreeFacts {
  readonly directoryCount: number;
  readonly fileCount: number;
  /** Directories that this user may not read. */
  readonly unreadable: readonly string[];
  /** Files whose times were read. */
  readonly timedCount: number;
  /** Of those, files whose time has no fraction of a second. */
  readonly wholeSecondCount: number;
  /** Of those, files whose time is in the future. */
  readonly futureCount: number;
}

export interface ClockFacts {
  /** The smallest step of the clock, in milliseconds. */
  readonly grainMs: number;
  /** How far the wall clock moved against the monotonic one since this process began, in milliseconds. */
  readonly stepMs: number;
}

/** The facts that `hotpipe doctor` judges. A fact is undefined when this system does not provide it. */
export interface DoctorFacts {
  readonly dir: string;
  readonly platform: string;
  readonly nodeVersion: string;
  readonly tree: TreeFacts;
  /** The mount that the directory lies on. */
  readonly mount: Mount | undefined;
  readonly inotify: InotifyFacts | undefined;
  /** How many files one process may have open, and how many this process has open. */
  readonly descriptors: { readonly limit: number; readonly usedCount: number } | undefined;
  readonly clock: ClockFacts;
}
