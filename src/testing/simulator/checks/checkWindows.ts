import { type FoldedEvents, foldEvents } from '../../../model/events/foldEvents.js';
import type { RunObserver } from '../observe/RunObserver.js';
import type { CheckContext } from './shared/CheckContext.js';

/** Events of a plugin that wait for their change. */
interface Window {
  readonly sinceMs: number;
  /** Their net effect. */
  readonly folded: FoldedEvents;
  /** How often the clock was set back while they waited. */
  readonly setBackCount: number;
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
  const mostOf = (window: Window | undefined) =>
    Math.max(longestWaitMs, setup.maxWaitMs * (1 + (window?.setBackCount ?? 0)));

  return {
    pipelineSubscribed: () => {
      windows.clear();
      longestWaitMs = setup.maxWaitMs;
    },
    hostEnding: () => windows.clear(),
    // A clock that is set back makes an open window last up to one more `maxWaitMs`, each time.
    clockSet: (byMs) => {
      longestWaitMs = 2 * setup.maxWaitMs;
      if (byMs >= 0) return;
      for (const [plugin, window] of windows) {
        windows.set(plugin, { ...window, setBackCount: window.setBackCount + 1 });
      }
    },
    sourceEmitted: (event, concerned) => {
      for (const plugin of concerned) {
        if (!plugins.has(plugin)) continue;
        const window = windows.get(plugin);
        const folded = foldEvents(window?.folded, event);
        // Events that cancel each other out make no change.
        if (folded.length === 0) windows.delete(plugin);
        else {
          const { sinceMs = nowMs(), setBackCount = 0 } = window ?? {};
          windows.set(plugin, { sinceMs, folded, setBackCount });
        }
      }
    },
    eventEmitted: (event) => {
      const { plugin } = event;
      if (event._tag !== 'ChangeDetected' || !plugins.has(plugin)) return;
      const window = windows.get(plugin);
      const waitedMs = nowMs() - (window?.sinceMs ?? nowMs());
      const mostMs = mostOf(window);
      windows.delete(plugin);
      if (waitedMs > mostMs) {
        report.violated(
          11,
          `${plugin}: a change waited ${waitedMs} ms, at most ${mostMs} ms are allowed`,
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
      for (const [plugin, window] of windows) {
        const waitMs = nowMs() - window.sinceMs;
        const mostMs = mostOf(window);
        if (waitMs <= mostMs) continue;
        report.violated(
          11,
          `${plugin}: events wait for ${waitMs} ms, at most ${mostMs} ms are allowed`,
        );
        windows.delete(plugin);
      }
    },
    isIdle: () => windows.size === 0,
  };
}
