import { catchError, concat, defer, type Observable, of, throwError, timeout } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { restartPlugin } from '../../sinks/restartPlugin.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { failureOf } from './retryRules.js';

/**
 * Ends a change whose version never served: `ReloadFailed`, without a retry. When the serving version has crashed,
 * restarts the plugin.
 */
export function giveUp(
  plugin: string,
  error: ReloadError,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const failure$ = of(failedAttempt(plugin, error, context, { willRetry: false }));
  return hasCrashedWhileServing(error) ? concat(failure$, restart(plugin, context)) : failure$;
}

/** The event of a failed attempt. */
export function failedAttempt(
  plugin: string,
  error: ReloadError,
  context: PipelineContext,
  { willRetry }: { readonly willRetry: boolean },
): UnstampedEvent {
  const stillServing = context.serving.of(plugin);
  return { _tag: 'ReloadFailed', plugin, error, stillServing, willRetry };
}

function hasCrashedWhileServing(error: ReloadError): boolean {
  return error._tag === 'Crashed' && !('needsRestart' in error && error.needsRestart === false);
}

function restart(plugin: string, context: PipelineContext): Observable<UnstampedEvent> {
  const { target, reloadTimeoutMs, scheduler } = context;
  return defer(() => restartPlugin(target, plugin)).pipe(
    timeout({
      first: reloadTimeoutMs,
      with: () => throwError(() => new Error(`it did not end within ${reloadTimeoutMs} ms`)),
      ...(scheduler && { scheduler }),
    }),
    catchError((cause: unknown) => {
      const reason = `The restart after a crash failed: ${failureOf(plugin, cause).message}`;
      return of<UnstampedEvent>({ _tag: 'ReloadSkipped', plugin, reason });
    }),
  );
}
