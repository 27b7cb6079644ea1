import type { Either } from 'fp-ts/lib/Either.js';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  from,
  isObservable,
  mergeMap,
  type Observable,
  type Observer,
  of,
} from 'rxjs';
import { failedEvent, loadedEvents } from '../../model/reload/outcomeEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import type { FirstLoad, HotReloadOptions } from '../options/HotReloadOptions.js';
import type { PipelineContext } from '../options/PipelineContext.js';

type FirstLoadContext = Pick<PipelineContext, 'target' | 'backoff' | 'serving'>;

/**
 * Runs the first load, if there is one, and emits how it ended for each plugin. A plugin whose load failed by a disk gets an attempt of the
 * pipeline's own, with its retries: nobody will save a file only because a disk did not answer for a moment.
 *
 * @param retries$ - Takes the requests for those attempts, and completes when no more will come.
 */
export function firstLoad(
  load: HotReloadOptions['load'],
  context: FirstLoadContext,
  retries$: Pick<Observer<TargetRequest>, 'next' | 'complete'>,
): Observable<UnstampedEvent> {
  const { target, serving } = context;
  const failed = (error: ReloadError): Observable<UnstampedEvent> => {
    const { plugin } = error;
    const willRetry = mayRetry(error, context);
    const stillServing = serving.of(plugin);
    const event = failedEvent(plugin, error, { stillServing, willRetry, changes: [] });
    if (!willRetry) return of(event);
    const isNeeded = () => serving.of(plugin) === null;
    // What has failed is told before its retry starts.
    const ask$ = defer(() => {
      retries$.next(retryOf(plugin, isNeeded));
      return EMPTY;
    });
    return concat(of(event), ask$);
  };
  const loaded = (result: FirstLoad): readonly UnstampedEvent[] => {
    const fingerprint = target.fingerprintOf?.(result.plugin);
    return loadedEvents({ ...result, ...(fingerprint !== undefined && { fingerprint }) });
  };
  return resultsOf(load).pipe(
    mergeMap((result) =>
      result._tag === 'Left' ? failed(result.left) : from(loaded(result.right)),
    ),
    catchError((cause: unknown) => failed(toReloadError('', cause))),
    finalize(() => retries$.complete()),
  );
}

/** The result for each plugin. */
function resultsOf(load: HotReloadOptions['load']): Observable<Either<ReloadError, FirstLoad>> {
  if (load === undefined) return EMPTY;
  if (isObservable(load)) return load;
  return defer(load).pipe(mergeMap((loaded) => (loaded._tag === 'Right' ? loaded.right : []))); // Left has the type never
}

/** Whether time can cure the failure of a first load: that of a disk, and not the plugin's. A directory that could not be read has no name. */
function mayRetry(error: ReloadError, { backoff }: FirstLoadContext): boolean {
  if (error._tag !== 'Io' || error.plugin === '' || backoff.maxRetries === 0) return false;
  return backoff.retryIf?.(error, 1) ?? true;
}

function retryOf(plugin: string, isNeeded: () => boolean): TargetRequest {
  const nobodyWaits = () => undefined;
  return {
    plugin,
    cause: 'retry',
    options: {},
    isUrgent: false,
    isNeeded,
    settle: nobodyWaits,
    release: nobodyWaits,
  };
}
