import type { UnstampedEvent } from '../model/ReloadEvent.js';
import type { ReloadTarget } from '../model/ReloadTarget.js';

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
      if (!listsPlugins(target)) return seen.get(plugin) ?? null;
      const version = target.plugins().find((entry) => entry.plugin === plugin)?.version;
      return version === undefined || version === 0 ? null : version;
    },
  };
}

function listsPlugins(target: ReloadTarget): target is ReloadTarget & ListsPlugins {
  return 'plugins' in target && typeof target.plugins === 'function';
}
