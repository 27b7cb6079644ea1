import { catchError, EMPTY, isObservable, map, merge, NEVER, type Observable, of } from 'rxjs';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';

/**
 * The events that are not caused by reloads of this pipeline: the state of the source, from `watchStatus$`, and what
 * the target reports by itself, such as a rollback or a reload that a person requested. Never errors.
 */
export function sideEvents({
  watchStatus$,
  target,
}: Pick<HotReloadOptions, 'watchStatus$' | 'target'>): Observable<UnstampedEvent> {
  return merge(statusEvents(watchStatus$), targetEvents(target));
}

function statusEvents(watchStatus$: HotReloadOptions['watchStatus$']): Observable<UnstampedEvent> {
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

/** A target that reports events of its own, as `PluginRuntime` does. */
interface EmitsEvents {
  readonly events$: Observable<UnstampedEvent>;
}

function targetEvents(target: ReloadTarget): Observable<UnstampedEvent> {
  if (!emitsEvents(target)) return EMPTY;
  // An error of this stream must not end the reloads, which matter more.
  return target.events$.pipe(catchError(() => EMPTY));
}

function emitsEvents(target: ReloadTarget): target is ReloadTarget & EmitsEvents {
  return 'events$' in target && isObservable(target.events$);
}

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
