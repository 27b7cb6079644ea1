/**
 * Why a reload, or a part of one, failed. Hosts of their own may add tags; hotpipe's are listed in `ReloadFailure`.
 * `message` is written for the person at the terminal: what happened, to which file, and what to do.
 */
export interface ReloadError {
  readonly _tag: string;
  readonly plugin: string;
  readonly message: string;
}

interface Failure<Tag extends string> extends ReloadError {
  readonly _tag: Tag;
}

/** A place in a source file. Lines and columns count from 1; `file` is relative to the runtime's root. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The lines around the place, with a mark under the column. */
  readonly frame: string;
}

export interface CompilationFailed extends Failure<'CompilationFailed'>, Place {}
/** A module of the plugin threw while it was loaded. */
export interface EvaluationFailed extends Failure<'EvaluationFailed'>, Place {}
/** `problems` holds one line for each thing that is wrong, path first. */
export interface ManifestInvalid extends Failure<'ManifestInvalid'>, Place {
  readonly problems: readonly string[];
}
export interface ManifestNotFound extends Failure<'ManifestNotFound'> {
  readonly file: string;
}
/** Versions as `major.minor.patch`. */
export interface ApiVersionMismatch extends Failure<'ApiVersionMismatch'> {
  readonly file: string;
  readonly wanted: string;
  readonly host: string;
}
export interface ExportMissing extends Failure<'ExportMissing'> {
  readonly file: string;
  readonly exportName: string;
}
/** Another folder already serves a plugin of that name. */
export interface NameTaken extends Failure<'NameTaken'> {
  readonly file: string;
  readonly takenBy: string;
}
/** `init`, `start` or another lifecycle function of the plugin threw. */
export interface LifecycleFailed extends Failure<'LifecycleFailed'> {
  readonly phase: string;
  readonly reason: string;
}
export interface HealthCheckFailed extends Failure<'HealthCheckFailed'> {
  readonly reason: string;
}
export interface TimedOut extends Failure<'TimedOut'> {
  readonly phase: string;
  readonly limitMs: number;
  /** The plugin was asked for its state, and did not give it. */
  readonly by?: 'plugin';
}
export interface StateSaveFailed extends Failure<'StateSaveFailed'> {
  readonly reason: string;
  /** The plugin gave no state that can be kept; absent when the store failed, which another try may mend. */
  readonly by?: 'plugin';
}
/** The new version refused the state, or the state is not one that can be kept. */
export interface StateRejected extends Failure<'StateRejected'> {
  readonly reason: string;
}
/** A warning: the state is so large that calls wait noticeably while it is copied. */
export interface StateLarge extends Failure<'StateLarge'> {
  readonly bytes: number;
  readonly limitBytes: number;
}
/** Records exist and none of them is valid. */
export interface StateCorrupt extends Failure<'StateCorrupt'> {
  readonly path: string;
  readonly reason: string;
}
export interface CircuitOpen extends Failure<'CircuitOpen'> {
  readonly retryAfterMs: number;
}
export interface PluginNotFound extends Failure<'PluginNotFound'> {}
/** The plugin's folder is gone: it is to be unloaded, not retried. */
export interface PluginGone extends Failure<'PluginGone'> {
  readonly path: string;
}
export interface VersionNotKept extends Failure<'VersionNotKept'> {
  readonly version: number;
  readonly kept: readonly number[];
}
/** The version went live and was taken back; its files are not tried again. */
export interface ProbationFailed extends Failure<'ProbationFailed'> {
  readonly version: number;
  readonly reason: string;
}
/** A new version declares capabilities that the one before it did not; it waits for `approveCapabilities`. */
export interface CapabilitiesNotApproved extends Failure<'CapabilitiesNotApproved'>, Place {
  /** What is to be approved. */
  readonly added: readonly string[];
}
export interface Io extends Failure<'Io'> {
  readonly code: string;
  readonly path: string;
}
export interface Crashed extends Failure<'Crashed'> {
  readonly reason: string;
  /** False: a version that had not served yet; what serves was not touched. Left out: it is to be started again. */
  readonly needsRestart?: false;
}
/** The caller's signal was aborted before the new version served. */
export interface Aborted extends Failure<'Aborted'> {
  readonly reason: string;
}
/** The host ended while this version was tried: it does not run until its files change. */
export interface VersionSuspect extends Failure<'VersionSuspect'> {
  readonly fingerprint: string;
  /** Ends of the host in a row. */
  readonly crashes: number;
}
/** Something that no other variant describes, such as a throw in a user's own target. */
export interface Unexpected extends Failure<'Unexpected'> {
  readonly reason: string;
}

/** Every failure that hotpipe itself reports. */
export type ReloadFailure =
  | CompilationFailed
  | EvaluationFailed
  | ManifestInvalid
  | ManifestNotFound
  | ApiVersionMismatch
  | ExportMissing
  | NameTaken
  | LifecycleFailed
  | HealthCheckFailed
  | TimedOut
  | StateSaveFailed
  | StateRejected
  | StateLarge
  | StateCorrupt
  | CircuitOpen
  | PluginNotFound
  | PluginGone
  | VersionNotKept
  | ProbationFailed
  | CapabilitiesNotApproved
  | Io
  | Crashed
  | Aborted
  | VersionSuspect
  | Unexpected;
