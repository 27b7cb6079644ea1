import * as E from 'fp-ts/lib/Either.js';
import { concat, type Observable, tap } from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { type ReloadPluginOptions, reloadPlugin } from '../../sinks/reloadPlugin.js';
import type { HookName } from '../options/HotReloadOptions.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { runHook } from '../userCode/runHook.js';

/**
 * One attempt: waits for `beforeReload`, then reloads. The pipeline does not wait for `afterReload`, because nothing in
 * it depends on that hook.
 */
export function attemptReload(
  change: Change,
  started: Pick<ReloadPluginOptions, 'attempt' | 'changes' | 'cause' | 'queuedMs'>,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const { plugin } = change;
  const { beforeReload, afterReload, scheduler, store, reloadTimeoutMs: timeoutMs } = context;
  const timing = { timeoutMs, ...(scheduler && { scheduler }) };
  const hook = (name: HookName, call: () => unknown): Observable<never> =>
    runHook(call, (error) => context.onHookError(name, error), timing);
  const runAfterReload = (result: E.Either<ReloadError, { readonly to: number }>): void => {
    if (!afterReload) return;
    context.hooks.add(hook('afterReload', () => afterReload(change, result)).subscribe());
  };

  const reload$ = reloadPlugin(context.target, change, {
    ...started,
    ...(store && { saveTo: store }),
    ...timing,
  }).pipe(
    tap({
      next: (event) => {
        const to = versionAfter(event, context);
        if (to !== undefined) runAfterReload(E.right({ to }));
      },
      error: (cause: unknown) => runAfterReload(E.left(toReloadError(plugin, cause))),
    }),
  );
  return beforeReload
    ? concat(
        hook('beforeReload', () => beforeReload(change)),
        reload$,
      )
    : reload$;
}

/** If this event ends a reload: the version that serves after it, 0 for none. Otherwise undefined. */
function versionAfter(event: UnstampedEvent, { serving }: PipelineContext): number | undefined {
  switch (event._tag) {
    case 'Loaded':
      return event.version;
    case 'Reloaded':
      return event.to;
    case 'Unchanged':
      return serving.of(event.plugin) ?? 0;
    case 'Removed':
      return 0;
    default:
      return undefined;
  }
}
