import type { ReloadError } from './ReloadError.js';

/** Failures that follow from the plugin's files alone: the same bytes fail the same way. */
const CONTENT_FAILURES: ReadonlySet<string> = new Set([
  'CompilationFailed',
  'ManifestInvalid',
  'ManifestNotFound',
  'ApiVersionMismatch',
  'ExportMissing',
  'NameTaken',
  'VersionSuspect',
  'ProbationFailed',
  'CapabilitiesNotApproved',
]);

/** Whether only other content cures a failure: no further attempt at the same files can succeed. */
export function isContentFailure(error: ReloadError): boolean {
  return CONTENT_FAILURES.has(error._tag) && !isWaiting(error);
}

/** Whether a plugin failed only because it waits for another one, which is about to serve. It says nothing about its own code. */
export function isWaiting(error: ReloadError): boolean {
  return 'awaits' in error && error.awaits !== undefined;
}
