import { defer, EMPTY, mergeMap, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../model/ReloadEvent.js';
import type { HotReloadOptions } from './HotReloadOptions.js';

/** Runs the first load, if there is one, and tells how it went for each plugin. */
export function firstLoad(load: HotReloadOptions['load']): Observable<UnstampedEvent> {
  if (!load) return EMPTY;
  return defer(load).pipe(
    mergeMap((loaded) => {
      if (loaded._tag === 'Left') return EMPTY; // typed never: a first load reports failures one by one
      return loaded.right.flatMap((result): UnstampedEvent[] => {
        if (result._tag === 'Left') {
          const error = result.left;
          const { plugin } = error;
          return [{ _tag: 'ReloadFailed', plugin, error, stillServing: null, willRetry: false }];
        }
        const { plugin, version, restored } = result.right;
        const served: UnstampedEvent = { _tag: 'Loaded', plugin, version };
        return restored ? [{ _tag: 'StateRestored', plugin, ...restored }, served] : [served];
      });
    }),
  );
}
