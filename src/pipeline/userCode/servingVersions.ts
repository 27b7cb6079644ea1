import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import { withFallback } from './withFallback.js';

/** Knows which version of each plugin answers calls. */
export interface ServingVersions {
  /** Learns from an event of the pipeline. */
  record(event: UnstampedEvent): void;
  /** The version that answers calls now; null when none does, as far as can be known. */
  of(plugin: string): number | null;
  /** Whether the target lists its plugins, and this is none of them. */
  isUnlisted(plugin: string): boolean;
}

/** Asks the target, if it can list its plugins; otherwise follows the pipeline's events. */
export function servingVersions(target: ReloadTarget): ServingVersions {
  const seen = new Map<string, number>();
  return {
    record: (event) => {
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
    isUnlisted: (plugin) =>
      listsPlugins(target) && list(target)?.every((entry) => entry.plugin !== plugin) === true,
  };
}

/** A target that can list what it runs, as `PluginRuntime` does. */
interface ListsPlugins {
  plugins(): readonly { readonly plugin: string; readonly version: number }[];
}

function listsPlugins(target: ReloadTarget): target is ReloadTarget & ListsPlugins {
  return 'plugins' in target && typeof target.plugins === 'function';
}

/** `undefined` when a target of the user's own throws. */
const list = withFallback(
  (target: ListsPlugins): ReturnType<ListsPlugins['plugins']> | undefined => target.plugins(),
  () => undefined,
  () => undefined,
);
