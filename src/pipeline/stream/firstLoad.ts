import { catchError, defer, EMPTY, from, isObservable, mergeMap, type Observable, of } from 'rxjs';
import { failedEvent, loadedEvents } from '../../model/reload/outcomeEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import type { FirstLoad, HotReloadOptions } from '../options/HotReloadOptions.js';
import type { ServingVersions } from '../userCode/servingVersions.js';

/** Runs the first load, if there is one, and emits how it ended for each plugin. */
export function firstLoad(
  { load, target }: Pick<HotReloadOptions, 'load' | 'target'>,
  serving: ServingVersions,
): Observable<UnstampedEvent> {
  if (!load) return EMPTY;
  const failed = (error: ReloadError): UnstampedEvent => {
    const { plugin } = error;
    const stillServing = serving.of(plugin);
    return failedEvent(plugin, error, { stillServing, willRetry: false, changes: [] });
  };
  const loaded = (result: FirstLoad): readonly UnstampedEvent[] => {
    const fingerprint = target.fingerprintOf?.(result.plugin);
    return loadedEvents({ ...result, ...(fingerprint !== undefined && { fingerprint }) });
  };
  const results$ = isObservable(load)
    ? load
    : defer(load).pipe(mergeMap((loaded) => (loaded._tag === 'Right' ? loaded.right : []))); // Left has the type never
  return results$.pipe(
    mergeMap((result) =>
      result._tag === 'Left' ? of(failed(result.left)) : from(loaded(result.right)),
    ),
    catchError((cause: unknown) => of(failed(toReloadError('', cause)))),
  );
}
