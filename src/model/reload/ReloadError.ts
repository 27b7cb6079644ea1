/**
 * Why a reload, or a part of one, failed. A user's own host may add tags; hotpipe's tags are listed in `ReloadFailure`.
 */
export interface ReloadError {
  /** Which variant it is. */
  readonly _tag: string;
  /** The plugin's name; empty when the failure belongs to no known plugin. */
  readonly plugin: string;
  /** For the person at the terminal: what happened, to which file, and what to do. */
  readonly message: string;
  /** The fingerprint of the files that were tried, as far as they were read; absent when none were, or when it is not known. */
  readonly fingerprint?: string;
}

interface Failure<Tag extends string> extends ReloadError {
  readonly _tag: Tag;
}

/** A place in a source file. */
export interface Place {
  /** Relative to the runtime's root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The lines around the place, with a mark under the column. */
  readonly frame: string;
}

/** A file of the plugin does not compile, or imports a module or a name that does not exist. */
export interface CompilationFailed extends Failure<'CompilationFailed'>, Place {
  /** Node's code, where an import leads to nothing. Without a code, the syntax is wrong. */
  readonly code?: 'ERR_MODULE_NOT_FOUND';
}
/** A module of the plugin threw while it was loaded. */
export interface EvaluationFailed extends Failure<'EvaluationFailed'>, Place {}
/** The manifest breaks the rules of its format. The place is that of the first problem. */
export interface ManifestInvalid extends Failure<'ManifestInvalid'>, Place {
  /** One line per problem, path first. At least one. */
  readonly problems: readonly string[];
  /**
   * The plugin that it waits for. Set when that one is on disk in a version that fits, and has not come to serve for a cause that time can
   * cure: then another attempt may succeed. Absent when only other content can cure it.
   */
  readonly awaits?: string;
}
/** The plugin's folder has no manifest. */
export interface ManifestNotFound extends Failure<'ManifestNotFound'> {
  /** Where the manifest was expected, relative to the runtime's root. */
  readonly file: string;
}
/** The plugin asks for an api version that the host does not have. Versions are `major.minor.patch`. */
export interface ApiVersionMismatch extends Failure<'ApiVersionMismatch'> {
  /** The manifest, relative to the runtime's root. */
  readonly file: string;
  /** The version that the manifest asks for. */
  readonly wanted: string;
  /** The version that the host has. */
  readonly host: string;
}
/** The plugin does not export a function that its manifest promises. */
export interface ExportMissing extends Failure<'ExportMissing'> {
  /** The entry module, relative to the runtime's root. */
  readonly file: string;
  /** The name of the function. */
  readonly exportName: string;
}
/** Another folder already serves a plugin of that name. */
export interface NameTaken extends Failure<'NameTaken'> {
  /** The manifest that was refused, relative to the runtime's root. */
  readonly file: string;
  /** The folder of the plugin that has the name. */
  readonly takenBy: string;
}
/** `init`, `start` or another lifecycle function of the plugin threw. */
export interface LifecycleFailed extends Failure<'LifecycleFailed'> {
  /** The name of the function. */
  readonly phase: string;
  /** The thrown value as text. */
  readonly reason: string;
}
/** The new version's `health` answered false, threw or rejected. */
export interface HealthCheckFailed extends Failure<'HealthCheckFailed'> {
  readonly reason: string;
}
/** A stage, or the whole reload, took longer than its limit. */
export interface TimedOut extends Failure<'TimedOut'> {
  /** The name of the stage; `reload` for the whole reload. */
  readonly phase: string;
  /** In milliseconds. */
  readonly limitMs: number;
  /** Set when the plugin was asked for its state and did not give it in time. */
  readonly by?: 'plugin';
}
/**
 * The state of the version that serves could not be saved. Without `by`, the version was not replaced. By the plugin's own fault, the
 * next version starts from the newest saved state; as a warning, the message says what of the state is not saved.
 */
export interface StateSaveFailed extends Failure<'StateSaveFailed'> {
  readonly reason: string;
  /** Set when the plugin gave no state that can be saved. Absent when the store failed: then a retry may succeed. */
  readonly by?: 'plugin';
}
/** The new version refused the state, or the state is not one that can be saved. */
export interface StateRejected extends Failure<'StateRejected'> {
  /** Names the faulty place in the state, if there is one. */
  readonly reason: string;
}
/** A warning: the state is so large that calls wait noticeably while it is copied. */
export interface StateLarge extends Failure<'StateLarge'> {
  /** Size of the state as JSON. */
  readonly bytes: number;
  /** The size from which a state is reported as large. */
  readonly limitBytes: number;
}
/** Records of a state exist, and none of them is valid. */
export interface StateCorrupt extends Failure<'StateCorrupt'> {
  /** The newest record, kept byte for byte. */
  readonly path: string;
  /** What is wrong with it. */
  readonly reason: string;
}
/** The plugin's breaker refused the attempt. */
export interface CircuitOpen extends Failure<'CircuitOpen'> {
  /** Time until a probe may pass, in milliseconds. Finite, from 1. */
  readonly retryAfterMs: number;
}
/** No plugin of that name is loaded. */
export interface PluginNotFound extends Failure<'PluginNotFound'> {}
/** The plugin's folder is gone: unload it, do not retry. */
export interface PluginGone extends Failure<'PluginGone'> {
  /** The folder. */
  readonly path: string;
}
/** The version to roll back to is not kept. */
export interface VersionNotKept extends Failure<'VersionNotKept'> {
  /** The version that was asked for. */
  readonly version: number;
  /** The kept versions, ascending. */
  readonly kept: readonly number[];
}
/** The version went live, failed its probation and was rolled back. The same files are not tried again. */
export interface ProbationFailed extends Failure<'ProbationFailed'> {
  /** The version that was rolled back. */
  readonly version: number;
  readonly reason: string;
}
/** A new version declares capabilities that the one before it did not. It waits for `approveCapabilities`. */
export interface CapabilitiesNotApproved extends Failure<'CapabilitiesNotApproved'>, Place {
  /** What must be approved. */
  readonly added: readonly string[];
}
/** A file or directory could not be read or written. */
export interface Io extends Failure<'Io'> {
  /** The system's code, such as `EACCES`, or one of hotpipe's own, such as `ETOOBIG`. */
  readonly code: string;
  /** The file or directory; empty when there is none. */
  readonly path: string;
}
/** The plugin failed while it ran, outside of any call, or its thread ended. */
export interface Crashed extends Failure<'Crashed'> {
  readonly reason: string;
  /**
   * False: the version that crashed had not served yet, and the serving version is not affected. Absent: the plugin
   * must be restarted.
   */
  readonly needsRestart?: false;
}
/** The caller's signal was aborted before the new version served, or the runtime was closed. */
export interface Aborted extends Failure<'Aborted'> {
  readonly reason: string;
}
/** The host ended during this version's trial. The version does not run until its files change. */
export interface VersionSuspect extends Failure<'VersionSuspect'> {
  /** The fingerprint of the version's files. */
  readonly fingerprint: string;
  /** How many hosts in a row have ended during the trial, from 1. */
  readonly crashes: number;
}
/** Something that no other variant describes, such as a throw in a user's own target. */
export interface Unexpected extends Failure<'Unexpected'> {
  /** The thrown value as text. */
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
