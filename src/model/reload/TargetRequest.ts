import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ReloadError } from './ReloadError.js';
import type { ReloadCause, UnstampedEvent } from './ReloadEvent.js';
import type { ReloadOptions, ReloadResult } from './ReloadTarget.js';

/** Inputs of a request that whoever asks may give himself. */
export type RequestOptions = Pick<ReloadOptions, 'saveState' | 'signal' | 'onCommit'>;

/** How a swap of versions that are known ended. */
export interface SwapOutcome {
  /** The version that serves now. */
  readonly to: number;
  /** What is left to tell about it, in order. */
  readonly events: readonly UnstampedEvent[];
}

/**
 * Work on one plugin that no change of files started, and that a target asks its pipeline for, so that it is done with the pipeline's
 * order, hooks, store and events.
 *
 * States:
 * - Open: `isNeeded` tells whether it is still to be done.
 * - Settled: whoever asked has an answer. Every method has no effect from then on.
 */
export interface TargetRequest {
  readonly plugin: string;
  /**
   * `dependency`: another plugin needs this one, or one that this plugin waited for serves. `retry`: its first load failed by a disk; the
   * pipeline itself asks for that.
   */
  readonly cause: Extract<ReloadCause, 'order' | 'dependency' | 'restart' | 'retry'>;
  /** Used in place of the pipeline's own. */
  readonly options: RequestOptions;
  /** True: a wait for a retry ends for it. False: a plugin that waits for a retry is not tried for it. */
  readonly isUrgent: boolean;
  /** Brings a version into service that is known already. Absent: the files on disk are to be loaded, by `reloadPlugin`. */
  readonly swap?: (options: RequestOptions) => TaskEither<ReloadError, SwapOutcome>;
  /** Asked when its turn comes: false when meanwhile there is nothing to do. */
  isNeeded(): boolean;
  /** Answers whoever asked. Without a result: there was nothing to do. */
  settle(result?: Either<ReloadError, ReloadResult>): void;
  /** The pipeline will not do it: the target does it by itself, unless it has begun. */
  release(): void;
}
