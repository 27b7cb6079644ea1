import type { ReloadError } from '../../model/reload/ReloadError.js';

/** Failures that follow from the content alone: the same bytes fail the same way. */
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

/** Whether the failure follows from the plugin's files alone, so that only a new change can cure it. */
export function isContentFailure(error: ReloadError): boolean {
  return CONTENT_FAILURES.has(error._tag);
}
