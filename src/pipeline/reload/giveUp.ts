import { catchError, concat, defer, type Observable, of, throwError, timeout } from 'rxjs';
import { failedEvent } from '../../model/reload/outcomeEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { restartPlugin } from '../../sinks/restartPlugin.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import type { ReloadRequest } from './ReloadRequest.js';
import { failureOf } from './retryRules.js';

/**
 * Ends a change whose version never served: `ReloadFailed`, without a retry. When the serving version has crashed,
 * restarts the plugin.
 */
export function giveUp(
  request: ReloadRequest,
  error: ReloadError,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const failure$ = of(failedAttempt(request, error, context, { willRetry: false }));
  return hasCrashedWhileServing(error)
    ? concat(failure$, restart(request.change.plugin, error.message, context))
    : failure$;
}

/** The event of a failed attempt. */
export function failedAttempt(
  { change, changes }: Pick<ReloadRequest, 'change' | 'changes'>,
  error: ReloadError,
  context: PipelineContext,
  { willRetry }: { readonly willRetry: boolean },
): UnstampedEvent {
  const { plugin } = change;
  const stillServing = context.serving.of(plugin);
  return failedEvent(plugin, error, { stillServing, willRetry, changes });
}

function hasCrashedWhileServing(error: ReloadError): boolean {
  return error._tag === 'Crashed' && !('needsRestart' in error && error.needsRestart === false);
}

function restart(
  plugin: string,
  reason: string,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const { target, reloadTimeoutMs, scheduler } = context;
  return defer(() => restartPlugin(target, plugin, { reason })).pipe(
    timeout({
      first: reloadTimeoutMs,
      with: () => throwError(() => new Error(`it did not end within ${reloadTimeoutMs} ms`)),
      ...(scheduler && { scheduler }),
    }),
    catchError((cause: unknown) => {
      const skipped = `The restart after a crash failed: ${failureOf(plugin, cause).message}`;
      return of<UnstampedEvent>({ _tag: 'ReloadSkipped', plugin, reason: skipped });
    }),
  );
}
