import type { Either } from 'fp-ts/lib/Either.js';
import type { ReloadError } from './ReloadError.js';

/** A version of a plugin, as the files that it consists of. */
export interface TriedVersion {
  readonly plugin: string;
  /** Equal for equal files. */
  readonly fingerprint: string;
  /** Text of each file by path; the manifest comes first. */
  readonly files: ReadonlyMap<string, string>;
  /** Real path of the plugin's folder, where a link leads to it: a later release may lie elsewhere. Left out: the path is that of the manifest. */
  readonly folder?: string;
  /** Fingerprints of the builds that it came from; see `beginBuild`. Left out: not known. */
  readonly builds?: readonly string[];
}

/** A version that a person, or a failed probation, took back, as long as its files are the ones on disk. */
export interface TakenBack {
  /** Of the version that is on disk, and is not to be loaded. */
  readonly fingerprint: string;
  /** Fingerprint of the version that serves in its place. */
  readonly to: string;
  /** Why, for the person at the terminal. */
  readonly reason: string;
}

/** A host reports the trial of each version here, so that the faulty version is known after a crash of the process. */
export interface VersionTrials {
  /**
   * The host awaits this call before any of these files is compiled: a text may end the process that compiles it. They are the manifest and
   * the sources that the build may read, and again with one that lies elsewhere, before that one is compiled. Left: they must not be compiled.
   * `onWait`: as for `begin`.
   */
  beginBuild?(build: TriedVersion, onWait?: () => () => void): Promise<Either<ReloadError, void>>;
  /** The build has ended, well or not. `build` as in the last call of `beginBuild`; `builds` are the fingerprints of all its calls. */
  endBuild?(build: TriedVersion): void;
  /**
   * The host awaits this call before any code of the version runs. Left: the version must not run. `onWait` is to be called when the version
   * waits for the trials of other plugins to end, and what it returns when that is over: that time counts for no deadline.
   */
  begin(version: TriedVersion, onWait?: () => () => void): Promise<Either<ReloadError, void>>;
  /** The version serves from now on. */
  served(version: TriedVersion): void;
  /** The trial has begun, but the version will not serve. */
  dropped(version: TriedVersion): void;
  /**
   * Calls `told` with each version whose trial succeeds, until the returned function is called. Trials that do not say so may omit this
   * method.
   */
  proven?(told: (version: Pick<TriedVersion, 'plugin' | 'fingerprint'>) => void): () => void;
  /**
   * A person, or a failed probation, took a version back, whose files are still on disk, and `to` serves in its place. Right when a later host will know it, and
   * can load `to`. Trials that forget it may omit this method.
   */
  tookBack?(
    version: TriedVersion,
    to: TriedVersion,
    reason: string,
  ): Promise<Either<ReloadError, void>>;
  /** What was taken back, in this host or an earlier one, and nobody went forward from; undefined when nothing. */
  takenBack?(plugin: string): TakenBack | undefined;
}
