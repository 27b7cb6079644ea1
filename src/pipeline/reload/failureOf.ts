import type { CircuitOpen, ReloadError } from '../../model/reload/ReloadError.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { CircuitOpenError } from '../../policies/breaker/CircuitOpenError.js';

/** What a reload of the plugin ended in, a refusal by its breaker included. */
export function failureOf(plugin: string, cause: unknown): ReloadError {
  return cause instanceof CircuitOpenError ? refusal(plugin, cause) : toReloadError(plugin, cause);
}

function refusal(plugin: string, { retryAfterMs }: CircuitOpenError): CircuitOpen {
  return {
    _tag: 'CircuitOpen',
    plugin,
    retryAfterMs,
    message: `The breaker of ${plugin} is open for another ${retryAfterMs} ms; save a change to probe sooner.`,
  };
}

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
