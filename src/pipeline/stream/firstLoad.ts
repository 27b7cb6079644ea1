import { catchError, defer, EMPTY, from, isObservable, mergeMap, of, type Observable } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';
import type { ServingVersions } from '../userCode/targetPorts.js';

/** Runs the first load, if there is one, and tells how it went for each plugin. */
export function firstLoad(
  load: HotReloadOptions['load'],
  serving: ServingVersions,
): Observable<UnstampedEvent> {
  if (!load) return EMPTY;
  const failed = (error: ReloadError): UnstampedEvent => {
    const { plugin } = error;
    const stillServing = serving.of(plugin);
    return { _tag: 'ReloadFailed', plugin, error, stillServing, willRetry: false };
  };
  const results$ = isObservable(load)
    ? load
    : defer(load).pipe(mergeMap((loaded) => (loaded._tag === 'Right' ? loaded.right : []))); // Left is typed never
  return results$.pipe(
    mergeMap((result) => {
      if (result._tag === 'Left') return of(failed(result.left));
      const { plugin, version, restored } = result.right;
      const served: UnstampedEvent = { _tag: 'Loaded', plugin, version };
      return from(
        restored ? [{ _tag: 'StateRestored' as const, plugin, ...restored }, served] : [served],
      );
    }),
    catchError((cause: unknown) => of(failed(toReloadError('', cause)))),
  );
}
