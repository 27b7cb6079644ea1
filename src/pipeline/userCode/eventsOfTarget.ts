import { catchError, EMPTY, isObservable, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';

/** A target that tells what happens without a change of a file, as `PluginRuntime` does. */
interface TellsEvents {
  readonly events$: Observable<UnstampedEvent>;
}

/** What a target tells by itself, such as a rollback. */
export function eventsOfTarget(target: ReloadTarget): Observable<UnstampedEvent> {
  if (!tellsEvents(target)) return EMPTY;
  // What it has to say is worth less than the reloads.
  return target.events$.pipe(catchError(() => EMPTY));
}

function tellsEvents(target: ReloadTarget): target is ReloadTarget & TellsEvents {
  return 'events$' in target && isObservable(target.events$);
}
