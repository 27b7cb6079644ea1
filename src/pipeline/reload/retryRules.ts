import { circuitOpen } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { CircuitOpenError } from '../../policies/breaker/CircuitOpenError.js';

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

/** The failure of an attempt. A refusal by the plugin's breaker counts as one too. */
export function failureOf(plugin: string, cause: unknown): ReloadError {
  return cause instanceof CircuitOpenError
    ? circuitOpen(plugin, cause.retryAfterMs)
    : toReloadError(plugin, cause);
}

/** Whether only a new change can fix the failure, because it follows from the plugin's files alone. */
export function isContentFailure(error: ReloadError): boolean {
  return CONTENT_FAILURES.has(error._tag);
}

/** Whether the failure is the same as that of the previous attempt. */
export function isSameFailure(error: ReloadError, previous: ReloadError | undefined): boolean {
  return error._tag === previous?._tag && error.message === previous.message;
}
