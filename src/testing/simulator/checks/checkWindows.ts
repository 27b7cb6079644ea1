import { type FoldedEvents, foldEvents } from '../../../model/events/foldEvents.js';
import type { RunObserver } from '../observe/RunObserver.js';
import type { CheckContext } from './CheckContext.js';

/** Events of a plugin that wait for their change. */
interface Window {
  readonly sinceMs: number;
  /** Their net effect. */
  readonly folded: FoldedEvents;
}

export interface WindowsCheck extends RunObserver {
  /** Whether no event waits. */
  isIdle(): boolean;
}

/** Invariant 11: each debounce window keeps its limits, and no event waits too long for its change. */
export function checkWindows({ setup, report, nowMs }: CheckContext): WindowsCheck {
  /** Open windows, by plugin. */
  const windows = new Map<string, Window>();
  const plugins = new Set(setup.plugins);
  let longestWaitMs = setup.maxWaitMs;

  return {
    pipelineSubscribed: () => {
      windows.clear();
      longestWaitMs = setup.maxWaitMs;
    },
    hostEnding: () => windows.clear(),
    // A clock that is set back makes an open window last up to one more `maxWaitMs`.
    clockSet: () => {
      longestWaitMs = 2 * setup.maxWaitMs;
    },
    sourceEmitted: (event, concerned) => {
      for (const plugin of concerned) {
        if (!plugins.has(plugin)) continue;
        const window = windows.get(plugin);
        const folded = foldEvents(window?.folded, event);
        // Events that cancel each other out make no change.
        if (folded.length === 0) windows.delete(plugin);
        else windows.set(plugin, { sinceMs: window?.sinceMs ?? nowMs(), folded });
      }
    },
    eventEmitted: (event) => {
      const { plugin } = event;
      if (event._tag !== 'ChangeDetected' || !plugins.has(plugin)) return;
      const waitedMs = nowMs() - (windows.get(plugin)?.sinceMs ?? nowMs());
      windows.delete(plugin);
      if (waitedMs > longestWaitMs) {
        report.violated(
          11,
          `${plugin}: a change waited ${waitedMs} ms, at most ${longestWaitMs} ms are allowed`,
        );
      }
      if (event.windowMs < setup.minMs || event.windowMs > setup.maxMs) {
        report.violated(
          11,
          `${plugin}: a window of ${event.windowMs} ms, ${setup.minMs} to ${setup.maxMs} ms are allowed`,
        );
      }
    },
    stepEnded: () => {
      for (const [plugin, { sinceMs }] of windows) {
        const waitMs = nowMs() - sinceMs;
        if (waitMs <= longestWaitMs) continue;
        report.violated(
          11,
          `${plugin}: events wait for ${waitMs} ms, at most ${longestWaitMs} ms are allowed`,
        );
        windows.delete(plugin);
      }
    },
    isIdle: () => windows.size === 0,
  };
}
