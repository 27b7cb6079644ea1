import {
  asyncScheduler,
  connect,
  defer,
  filter,
  finalize,
  map,
  merge,
  mergeMap,
  type Observable,
  ReplaySubject,
  Subject,
  Subscription,
  share,
  tap,
} from 'rxjs';
import type { WatchEvent } from '../model/events/WatchEvent.js';
import type { ReloadEvent, UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../model/reload/ReloadTarget.js';
import type { TargetRequest } from '../model/reload/TargetRequest.js';
import { breakers } from '../operators/breakers.js';
import { mergeWhile } from '../operators/chain/mergeWhile.js';
import { perKey } from '../operators/perKey.js';
import { type CompleteOptions, completeOptions } from './options/completeOptions.js';
import type { HotReloadOptions } from './options/HotReloadOptions.js';
import type { PipelineContext } from './options/PipelineContext.js';
import { presets } from './presets.js';
import { recordRun } from './record/recordRun.js';
import { rehearsing } from './rehearsal/rehearsing.js';
import { createStreamSemaphore } from './reload/createStreamSemaphore.js';
import { isNoHeartbeat } from './reload/heartbeat.js';
import { joinRequests } from './reload/joinRequests.js';
import { reloadChanges } from './reload/reloadChanges.js';
import { verdictBy } from './reload/retryRules.js';
import { describeDetection, detectChanges } from './stream/detectChanges.js';
import { firstLoad } from './stream/firstLoad.js';
import { inTurns } from './stream/inTurns.js';
import { pastWindows } from './stream/pastWindows.js';
import { resubscribing } from './stream/resubscribing.js';
import { type RoutedEvent, routeToPlugins } from './stream/routeToPlugins.js';
import { sideEvents, targetRequests } from './stream/sideEvents.js';
import { stampEvents } from './stream/stampEvents.js';
import { servingVersions } from './userCode/servingVersions.js';

/**
 * Turns filesystem events into safe, live reloads, and emits what happened as one stream.
 *
 * Composed only of public operators and sinks. If its options are not enough, take it apart or write a variant. Cold:
 * each subscription watches, loads and reloads on its own.
 *
 * ```
 * source$ → routeToPlugins → perKey(plugin): debounceAdaptive → coalesceMap(reloadPlugin → circuitBreak → backoffRetry)
 * ```
 *
 * Contract:
 * - Loses: no change. Several in one window become one; the newest waits while a reload runs or the breaker is open.
 * - Completes: when the source has completed and the reloads that it caused have ended.
 * - Errors: never. A failure is a `ReloadFailed` or `WatchFailed` event.
 * - Cancels: unsubscribing aborts the reloads under way; the old versions go on serving.
 * - Order: `ReloadStarted` before its outcome, per plugin. Plugins do not wait for each other, except for `concurrency`.
 *
 * @param options - See `HotReloadOptions`. Spread `presets.development` or `presets.production` into them.
 * @throws RangeError or TypeError that names the option and its value, when it can never work.
 */
export function hotReload(options: HotReloadOptions): Observable<ReloadEvent> {
  const complete = completeOptions(options);
  const events$ =
    options.trace === undefined
      ? pipelineOf(complete)
      : recordRun(options, options.trace, (recorded) => pipelineOf(completeOptions(recorded)));
  return events$.pipe(rehearsing(options, developmentPipeline));
}

/** What is rehearsed: a host as `presets.development` makes it. */
function developmentPipeline(
  source$: Observable<WatchEvent>,
  target: ReloadTarget,
): Observable<ReloadEvent> {
  return pipelineOf(completeOptions({ ...presets.development, source$, target }));
}

function pipelineOf(complete: CompleteOptions): Observable<ReloadEvent> {
  return defer(() => {
    const { target, debounce, breaker, scheduler, root } = complete;
    if (complete.openHandles === 'report') target.reportOpenHandles?.();
    const context: PipelineContext = {
      ...complete,
      serving: servingVersions(target),
      hooks: new Subscription(),
      withPermit: createStreamSemaphore(complete.concurrency, scheduler),
      open: new Set(),
      inHook: new Set(),
    };
    const breakerPerPlugin = breakers({
      ...breaker,
      classify: verdictBy(breaker.classify),
      ...(scheduler && { scheduler }),
    });
    const past = pastWindows();
    /** What the stages before the reloads report: failures of the source, and paths that no plugin could be found for. */
    const sourceEvents$ = new Subject<UnstampedEvent>();
    /** First loads that are to be tried again. They may fail before anything else is subscribed to. */
    const retries$ = new ReplaySubject<TargetRequest>(Infinity);

    const queued = (requests$: Observable<TargetRequest>): Observable<PluginInput> =>
      requests$.pipe(
        filter((request) => mayQueue(request, context)),
        map((request) => ({ plugin: request.plugin, request })),
      );
    const changes$ = complete.source$.pipe(
      resubscribing({ status$: sourceEvents$, scheduler }),
      routeToPlugins(target, sourceEvents$),
      mergeWhile(queued(targetRequests(target))),
    );
    const reloads$ = merge(changes$, queued(retries$)).pipe(
      inTurns(scheduler),
      perKey(
        ({ plugin }) => plugin,
        (input$: Observable<PluginInput>, plugin) =>
          input$.pipe(
            connect((shared$) => {
              const window = { isOpen: false };
              const detected$ = shared$.pipe(
                mergeMap((input) => ('event' in input ? [input.event] : [])),
                detectChanges(plugin, debounce, past, () => (window.isOpen = true), scheduler),
                share(),
              );
              const requests$ = shared$.pipe(
                mergeMap((input) => ('request' in input ? [input.request] : [])),
              );
              return merge(
                detected$.pipe(filter(isDefined), map(describeDetection(root))),
                joinRequests(detected$, requests$, window, scheduler).pipe(
                  reloadChanges(plugin, breakerPerPlugin.for(plugin), context),
                ),
              );
            }),
          ),
        scheduler && { scheduler },
      ),
      filter(isNoHeartbeat),
    );

    return merge(firstLoad(complete.load, context, retries$), reloads$).pipe(
      mergeWhile(merge(sourceEvents$, sideEvents(complete))),
      tap((event) => {
        context.serving.record(event);
        past.record(event, (scheduler ?? asyncScheduler).now());
      }),
      stampEvents(scheduler),
      finalize(() => {
        context.hooks.unsubscribe();
        for (const request of context.open) request.release();
      }),
    );
  });
}

/** A value of the source for one plugin, or what the target asks for. */
type PluginInput = RoutedEvent | { readonly plugin: string; readonly request: TargetRequest };

/** Whether a request waits for its turn. One that a hook of the same plugin may wait for would wait for itself. */
function mayQueue(request: TargetRequest, { open, inHook }: PipelineContext): boolean {
  if (request.cause === 'order' && inHook.has(request.plugin)) {
    request.release();
    return false;
  }
  open.add(request);
  return true;
}

function isDefined<A>(value: A | undefined): value is A {
  return value !== undefined;
}
