import { circuitOpen } from '../../model/reload/failures.js';
import { isContentFailure, isWaiting } from '../../model/reload/isContentFailure.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { CircuitOpenError } from '../../policies/breaker/CircuitOpenError.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';

type Classify = NonNullable<NonNullable<HotReloadOptions['breaker']>['classify']>;

/** Failures of code that ran. It may do better at a second try; that it fails in the same words twice says that it does not. */
const FAILURES_OF_CODE: ReadonlySet<string> = new Set([
  'EvaluationFailed',
  'LifecycleFailed',
  'HealthCheckFailed',
]);

/** The failure that an attempt ended in. A refusal by the plugin's breaker is one too. */
export function failureOf(plugin: string, cause: unknown): ReloadError {
  return cause instanceof CircuitOpenError
    ? circuitOpen(plugin, cause.retryAfterMs)
    : toReloadError(plugin, cause);
}

/**
 * Whether no further attempt at the same files can succeed: only other content cures the failure, or the target was closed.
 * Such a failure is never retried, and no breaker counts it, because it says nothing about the next save.
 */
export function isFinal(error: ReloadError): boolean {
  return isContentFailure(error) || error._tag === 'Aborted';
}

/** Whether the same code has failed as it did in the attempt before. What time can cure (a busy disk, a full store) is not code. */
export function hasFailedAgain(error: ReloadError, previous: ReloadError | undefined): boolean {
  const isSame = error._tag === previous?._tag && error.message === previous.message;
  return isSame && FAILURES_OF_CODE.has(error._tag);
}

/**
 * What an attempt counts as for the plugin's breaker. `classify` of the user's options judges what is not final, and no wait for another
 * plugin.
 */
export function verdictBy(classify: Classify | undefined): Classify {
  return (outcome) => {
    if ('error' in outcome) {
      const error = toReloadError('', outcome.error);
      if (isFinal(error) || isWaiting(error)) return 'ignore';
    }
    if (classify !== undefined) return classify(outcome);
    return 'error' in outcome ? 'failure' : 'success';
  };
}
