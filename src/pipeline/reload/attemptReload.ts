import * as E from 'fp-ts/lib/Either.js';
import { concat, tap, type Observable } from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { reloadPlugin } from '../../sinks/reloadPlugin.js';
import type { HookName } from '../options/HotReloadOptions.js';
import type { ReloadLine } from '../options/ReloadLine.js';
import { runHook } from '../userCode/runHook.js';

/** One attempt, between the user's hooks. */
export function attemptReload(
  change: Change,
  attempt: number,
  line: ReloadLine,
): Observable<UnstampedEvent> {
  const { plugin } = change;
  const { beforeReload, afterReload, scheduler } = line;
  const timing = scheduler && { scheduler };
  const limit = { timeoutMs: line.reloadTimeoutMs, ...timing };
  const hook = (name: HookName, call: () => unknown): Observable<never> =>
    runHook(call, (error) => line.onHookError(name, error), limit);
  const after = (result: E.Either<ReloadError, { readonly to: number }>): void => {
    if (!afterReload) return;
    line.hooks.add(hook('afterReload', () => afterReload(change, result)).subscribe());
  };

  const reload$ = reloadPlugin(line.target, change, {
    attempt,
    timeoutMs: line.reloadTimeoutMs,
    ...(line.store && { saveTo: line.store }),
    ...timing,
  }).pipe(
    tap({
      next: (event) => {
        const to = servedVersion(event, line);
        if (to !== null) after(E.right({ to }));
      },
      error: (cause: unknown) => after(E.left(toReloadError(plugin, cause))),
    }),
  );
  return beforeReload
    ? concat(
        hook('beforeReload', () => beforeReload(change)),
        reload$,
      )
    : reload$;
}

/** The version that serves after a reload that ended with this event, 0 for none that is known; null while it has not ended. */
function servedVersion(event: UnstampedEvent, line: ReloadLine): number | null {
  switch (event._tag) {
    case 'Loaded':
      return event.version;
    case 'Reloaded':
      return event.to;
    case 'Unchanged':
      return line.serving.of(event.plugin) ?? 0;
    case 'Removed':
      return 0;
    default:
      return null;
  }
}
