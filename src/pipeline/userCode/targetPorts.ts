import { catchError, EMPTY, isObservable, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import { guarded } from './guarded.js';

/** A target that can say what it runs, as `PluginRuntime` does. Others are followed by their events. */
interface ListsPlugins {
  plugins(): readonly { readonly plugin: string; readonly version: number }[];
}

export interface ServingVersions {
  note(event: UnstampedEvent): void;
  /** The version that answers calls now; null when none does, as far as can be known. */
  of(plugin: string): number | null;
}

export function servingVersions(target: ReloadTarget): ServingVersions {
  const seen = new Map<string, number>();
  return {
    note: (event) => {
      switch (event._tag) {
        case 'Loaded':
        case 'Restarted':
          seen.set(event.plugin, event.version);
          break;
        case 'Reloaded':
        case 'RolledBack':
          seen.set(event.plugin, event.to);
          break;
        case 'Removed':
          seen.delete(event.plugin);
          break;
        default:
      }
    },
    of: (plugin) => {
      const listed = listsPlugins(target) ? list(target) : undefined;
      if (listed === undefined) return seen.get(plugin) ?? null;
      const version = listed.find((entry) => entry.plugin === plugin)?.version;
      return version === undefined || version === 0 ? null : version;
    },
  };
}

/** `undefined` where a target of somebody's own throws. */
const list = guarded(
  (target: ListsPlugins): ReturnType<ListsPlugins['plugins']> | undefined => target.plugins(),
  () => undefined,
  () => undefined,
);

function listsPlugins(target: ReloadTarget): target is ReloadTarget & ListsPlugins {
  return 'plugins' in target && typeof target.plugins === 'function';
}

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
