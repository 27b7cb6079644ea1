import { relative } from 'node:path';
import { asyncScheduler, defer, map, type OperatorFunction } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import { foldEvents } from '../../model/events/foldEvents.js';
import type { Change } from '../../model/reload/Change.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
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

/** The event of a detected change, its paths relative to the root where one is given. */
export function describeDetection(
  root: string | undefined,
): (detected: DetectedChange) => UnstampedEvent {
  const shorten = (path: string): string => (root === undefined ? path : relative(root, path));
  return ({ change, windowMs }) => {
    const paths = change.events.flatMap((event) =>
      event._tag === 'Renamed' ? [event.from, event.to] : [event.path],
    );
    return { _tag: 'ChangeDetected', plugin: change.plugin, paths: paths.map(shorten), windowMs };
  };
}
