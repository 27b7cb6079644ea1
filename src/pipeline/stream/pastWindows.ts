import { endsAttempt } from '../../model/reload/endsAttempt.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';

/**
 * So much later than something happens, at most, a window opens for it, in milliseconds: the source waits until files are as they will stay.
 */
const LATE_MS = 1_000;

/** What a pipeline remembers of the windows that have closed and of the attempts, per plugin. */
export interface PastWindows {
  /** Time since the plugin's last window closed, in milliseconds; undefined before the first, and after the clock was set back. */
  sinceLast(plugin: string, nowMs: number): number | undefined;
  /** A window of the plugin has closed. */
  closed(plugin: string, nowMs: number): void;
  /** The number of the plugin's next change, from 0. Each call returns another one. */
  nextChange(plugin: string): number;
  /** An event of the pipeline: it may begin or end an attempt. */
  record(event: UnstampedEvent, nowMs: number): void;
  /** Whether an attempt may have looked while a window was open, or right before: at something that is as it was by now. */
  mayHaveLooked(plugin: string, openedAtMs: number): boolean;
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
  /** When the last attempt of each plugin ended; Infinity while one is under way. */
  const attempts = new Map<string, number>();
  return {
    record: (event, nowMs) => {
      if (event._tag === 'ReloadStarted') attempts.set(event.plugin, Infinity);
      else if (endsAttempt(event)) attempts.set(event.plugin, nowMs);
    },
    mayHaveLooked: (plugin, openedAtMs) =>
      (attempts.get(plugin) ?? -Infinity) >= openedAtMs - LATE_MS,
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
