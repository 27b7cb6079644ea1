import type { Either } from 'fp-ts/lib/Either.js';
import { defer, EMPTY, finalize, type Observable } from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { HookName } from '../options/HotReloadOptions.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { runHook } from '../userCode/runHook.js';

/** The user's hooks around one attempt. */
export interface AttemptHooks {
  /** Completes when `beforeReload` is done. */
  before(): Observable<never>;
  /** Starts `afterReload`. Nothing waits for it, because nothing in the pipeline depends on it. */
  after(result: Either<ReloadError, { readonly to: number }>): void;
}

export function hooksOf(change: Change, context: PipelineContext): AttemptHooks {
  const { beforeReload, afterReload, scheduler, reloadTimeoutMs: timeoutMs } = context;
  const { plugin } = change;
  const timing = { timeoutMs, ...(scheduler && { scheduler }) };
  const hook = (name: HookName, call: () => unknown): Observable<never> =>
    runHook(call, (error) => context.onHookError(name, error), timing);
  return {
    before: () => {
      if (!beforeReload) return EMPTY;
      return defer(() => {
        context.inHook.add(plugin);
        return hook('beforeReload', () => beforeReload(change));
      }).pipe(finalize(() => context.inHook.delete(plugin)));
    },
    after: (result) => {
      if (!afterReload) return;
      context.hooks.add(hook('afterReload', () => afterReload(change, result)).subscribe());
    },
  };
}
