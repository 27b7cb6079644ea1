import { catchError, EMPTY, isObservable, type Observable } from 'rxjs';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';

/** A target that asks its pipeline for reloads, as `PluginRuntime` does. */
interface AsksForReloads {
  readonly requests$: Observable<TargetRequest>;
}

/** What the target asks for: reloads, restarts and orders that no change of files started. Never errors. */
export function targetRequests(target: ReloadTarget): Observable<TargetRequest> {
  if (!asksForReloads(target)) return EMPTY;
  // An error of this stream must not end the reloads.
  return target.requests$.pipe(catchError(() => EMPTY));
}

function asksForReloads(target: ReloadTarget): target is ReloadTarget & AsksForReloads {
  return 'requests$' in target && isObservable(target.requests$);
}
