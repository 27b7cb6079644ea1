import * as E from 'fp-ts/lib/Either.js';
import { concat, type Observable, tap } from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { type ReloadPluginOptions, reloadPlugin } from '../../sinks/reloadPlugin.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { hooksOf } from './hooksOf.js';

/** What is known of an attempt before it starts. */
export interface StartedAttempt
  extends Pick<ReloadPluginOptions, 'attempt' | 'changes' | 'cause' | 'queuedMs'> {
  /** What its end answers. */
  readonly asked: readonly TargetRequest[];
}

/**
 * One attempt: waits for `beforeReload`, then reloads. The pipeline does not wait for `afterReload`, because nothing in
 * it depends on that hook.
 */
export function attemptReload(
  change: Change,
  { asked, ...started }: StartedAttempt,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const { plugin } = change;
  const { scheduler, store, reloadTimeoutMs: timeoutMs } = context;
  const hooks = hooksOf(change, context);
  for (const request of asked) context.open.delete(request);

  const reload$ = reloadPlugin(answering(asked, context.target), change, {
    ...started,
    ...(store && { saveTo: store }),
    timeoutMs,
    ...(scheduler && { scheduler }),
    isGone: () => context.serving.isUnlisted(plugin),
  }).pipe(
    tap({
      next: (event) => {
        const to = versionAfter(event, context);
        if (to !== undefined) hooks.after(E.right({ to }));
      },
      error: (cause: unknown) => hooks.after(E.left(toReloadError(plugin, cause))),
    }),
  );
  return context.beforeReload ? concat(hooks.before(), reload$) : reload$;
}

/** The target, for a reload whose result answers what was asked for. An order brings inputs of its own. */
function answering(
  asked: readonly TargetRequest[],
  target: ReloadTarget,
): Pick<ReloadTarget, 'reloadPlugin' | 'unloadPlugin'> {
  if (asked.every(({ cause }) => cause === 'retry')) return target; // nobody waits for the answer
  const signals = asked.flatMap(({ options: { signal } }) => signal ?? []);
  const saveState = asked.find(({ options }) => options.saveState)?.options.saveState;
  return {
    unloadPlugin: (plugin, options) => target.unloadPlugin(plugin, options),
    reloadPlugin: (plugin, options = {}) => {
      const own = options.signal === undefined ? [] : [options.signal];
      const reload = target.reloadPlugin(plugin, {
        ...options,
        ...(saveState && { saveState }),
        ...(signals.length > 0 && { signal: AbortSignal.any([...own, ...signals]) }),
      });
      // Not awaited: whoever asked is answered in the turn in which the target is done.
      return () =>
        reload().then((result) => {
          for (const request of asked) request.settle(result);
          return result;
        });
    },
  };
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
