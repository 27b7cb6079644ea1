import {
  catchError,
  connect,
  defer,
  filter,
  finalize,
  map,
  merge,
  NEVER,
  of,
  Subject,
  Subscription,
  tap,
  type Observable,
} from 'rxjs';
import type { ReloadEvent, UnstampedEvent } from '../model/reload/ReloadEvent.js';
import { toReloadError } from '../model/reload/toReloadError.js';
import { breakers } from '../operators/breakers.js';
import { mergeWhile } from '../operators/chain/mergeWhile.js';
import { perKey } from '../operators/perKey.js';
import { completeOptions } from './options/completeOptions.js';
import { createPermits } from './reload/createPermits.js';
import { describeDetection, detectChanges } from './stream/detectChanges.js';
import { eventsOfTarget, servingVersions } from './userCode/targetPorts.js';
import { firstLoad } from './stream/firstLoad.js';
import type { HotReloadOptions } from './options/HotReloadOptions.js';
import { reloadChanges } from './reload/reloadChanges.js';
import type { ReloadLine } from './options/ReloadLine.js';
import { routeEvents } from './stream/routeEvents.js';
import { stampEvents } from './stream/stampEvents.js';
import { isNews } from './reload/tellWorking.js';
import { watchSource } from './stream/watchSource.js';

/**
 * Filesystem events to safe, live reloads, as one stream of what happened.
 *
 * Composed of the public operators and sinks alone: take it apart, or write a variant of it, where its options end.
 * Cold: each subscription watches, loads and reloads on its own.
 *
 * ```
 * source$ → routeEvents → perKey(plugin): debounceAdaptive → coalesceMap(reloadPlugin → circuitBreak → backoffRetry)
 * ```
 *
 * Contract:
 * - Loses: no change. Several in one window are one; the newest waits while a reload runs or the breaker is open.
 * - Completes: when the source has, and the reloads that it caused have ended.
 * - Errors: never. What fails is a `ReloadFailed` or `WatchFailed` event.
 * - Cancels: unsubscribing aborts the reloads under way; the old versions go on serving.
 * - Order: `ReloadStarted` before its outcome, per plugin; plugins do not wait for each other, but for `concurrency`.
 *
 * @param options - See `HotReloadOptions`; `presets.development` and `presets.production` are there to spread.
 */
export function hotReload(options: HotReloadOptions): Observable<ReloadEvent> {
  const complete = completeOptions(options);

  return defer(() => {
    const { target, debounce, breaker, scheduler, root } = complete;
    const line: ReloadLine = {
      ...complete,
      serving: servingVersions(target),
      hooks: new Subscription(),
      permit: createPermits(complete.concurrency, scheduler),
    };
    const family = breakers({ ...breaker, ...(scheduler && { scheduler }) });
    const sourceStatus$ = new Subject<UnstampedEvent>();

    const reloads$ = watchSource(complete, sourceStatus$).pipe(
      routeEvents(target, sourceStatus$),
      perKey(
        ({ plugin }) => plugin,
        (routed$, plugin) =>
          routed$.pipe(
            map(({ event }) => event),
            detectChanges(plugin, debounce, scheduler),
            filter(({ change }) => change.events.length > 0),
            connect((detected$) =>
              merge(
                detected$.pipe(map(describeDetection(root))),
                detected$.pipe(
                  map(({ change }) => change),
                  reloadChanges(plugin, family.for(plugin), line),
                ),
              ),
            ),
          ),
        scheduler && { scheduler },
      ),
      filter(isNews),
    );

    return merge(firstLoad(complete.load, line.serving), reloads$).pipe(
      mergeWhile(merge(sourceStatus$, watchStatusOf(complete), eventsOfTarget(target))),
      tap((event) => line.serving.note(event)),
      stampEvents(scheduler),
      finalize(() => line.hooks.unsubscribe()),
    );
  });
}

function watchStatusOf({ watchStatus$ }: HotReloadOptions): Observable<UnstampedEvent> {
  return (watchStatus$ ?? NEVER).pipe(
    map((status) => ({ ...status, plugin: '' })),
    catchError((cause: unknown) => {
      const { message } = toReloadError('', cause);
      return of<UnstampedEvent>({
        _tag: 'WatchFailed',
        plugin: '',
        code: 'STATUS_FAILED',
        message,
      });
    }),
  );
}
