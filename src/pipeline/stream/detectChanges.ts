import { relative } from 'node:path';
import { asyncScheduler, defer, map, type OperatorFunction } from 'rxjs';
import { foldEvents } from '../../model/events/foldEvents.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { Change } from '../../model/reload/Change.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { type DebounceAdaptiveConfig, debounceAdaptive } from '../../operators/debounceAdaptive.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';

export interface DetectedChange {
  readonly change: Change;
  /** The debounce window that ended with this change, in milliseconds. */
  readonly windowMs: number;
}

/** Folds the events of one plugin into changes: each burst becomes one change. */
export function detectChanges(
  plugin: string,
  debounce: NonNullable<HotReloadOptions['debounce']>,
  scheduler: HotReloadOptions['scheduler'] = asyncScheduler,
): OperatorFunction<WatchEvent, DetectedChange> {
  const { window, ...config } = debounce;
  return (events$) =>
    defer(() => {
      /** The window of the change that is about to be emitted: `observe` is called right before. */
      let windowMs = config.minMs;
      const perChange: DebounceAdaptiveConfig<WatchEvent, Change> = {
        ...config,
        scheduler,
        ...(window && {
          window: (pending) => window({ ...pending, value: pending.value.events }),
        }),
        observe: (event) => {
          windowMs = event.windowMs;
          config.observe?.(event);
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

/** The `ChangeDetected` event of a change. Its paths are relative to `root` when one is given. */
export function describeDetection(
  root: string | undefined,
): (detected: DetectedChange) => UnstampedEvent {
  const fromRoot = (path: string): string => (root === undefined ? path : relative(root, path));
  return ({ change, windowMs }) => {
    const paths = change.events.flatMap((event) =>
      event._tag === 'Renamed' ? [event.from, event.to] : [event.path],
    );
    return { _tag: 'ChangeDetected', plugin: change.plugin, paths: paths.map(fromRoot), windowMs };
  };
}
