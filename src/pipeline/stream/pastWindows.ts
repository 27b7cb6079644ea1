/** What a pipeline remembers of the windows that have closed, per plugin. */
export interface PastWindows {
  /** Time since the plugin's last window closed, in milliseconds; undefined before the first, and after the clock was set back. */
  sinceLast(plugin: string, nowMs: number): number | undefined;
  /** A window of the plugin has closed. */
  closed(plugin: string, nowMs: number): void;
  /** The number of the plugin's next change, from 0. Each call returns another one. */
  nextChange(plugin: string): number;
}

interface PastOfPlugin {
  readonly closedAtMs: number;
  readonly changeCount: number;
}

/**
 * It outlives the sub-pipeline of a plugin, which ends after minutes without an event: no number is used twice in one stream. Holds two
 * numbers for each name of a plugin that ever changed, also of plugins that are gone, since they may come back.
 */
export function pastWindows(): PastWindows {
  const byPlugin = new Map<string, PastOfPlugin>();
  return {
    sinceLast: (plugin, nowMs) => {
      const past = byPlugin.get(plugin);
      return past === undefined || past.closedAtMs > nowMs ? undefined : nowMs - past.closedAtMs;
    },
    closed: (plugin, nowMs) => {
      const { changeCount = 0 } = byPlugin.get(plugin) ?? {};
      byPlugin.set(plugin, { closedAtMs: nowMs, changeCount });
    },
    nextChange: (plugin) => {
      const { changeCount = 0, closedAtMs = 0 } = byPlugin.get(plugin) ?? {};
      byPlugin.set(plugin, { closedAtMs, changeCount: changeCount + 1 });
      return changeCount;
    },
  };
}
