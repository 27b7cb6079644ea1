import { asyncScheduler, defer, map, type OperatorFunction } from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import { foldEvents } from '../../model/events/foldEvents.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import { debounceAdaptive, type DebounceAdaptiveConfig } from '../../operators/debounceAdaptive.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';

export interface DetectedChange {
  readonly change: Change;
  /** The debounce window that let the change out, in milliseconds. */
  readonly windowMs: number;
}

/** Folds the events of one plugin into changes, a storm into one. */
export function detectChanges(
  plugin: string,
  debounce: NonNullable<HotReloadOptions['debounce']>,
  scheduler: HotReloadOptions['scheduler'] = asyncScheduler,
): OperatorFunction<WatchEvent, DetectedChange> {
  const { window, ...config } = debounce;
  return (events$) =>
    defer(() => {
      let windowMs = config.minMs;
      const perChange: DebounceAdaptiveConfig<WatchEvent, Change> = {
        ...config,
        scheduler,
        ...(window && {
          window: (pending) => window({ ...pending, value: pending.value.events }),
        }),
        observe: (seen) => {
          windowMs = seen.windowMs;
          config.observe?.(seen);
        },
      };
      const reduce = (change: Change | undefined, event: WatchEvent): Change => ({
        plugin,
        events: foldEvents(change?.events, event),
        firstAtMs: change?.firstAtMs ?? event.atMs,
        lastAtMs: event.atMs,
        eventCount: (change?.eventCount ?? 0) + 1,
      });
      return events$.pipe(
        debounceAdaptive({ ...perChange, reduce }),
        map((change) => ({ change, windowMs })),
      );
    });
}
