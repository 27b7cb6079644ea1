import { relative } from 'node:path';
import { asyncScheduler, defer, map, type OperatorFunction } from 'rxjs';
import { foldEvents } from '../../model/events/foldEvents.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { Change } from '../../model/reload/Change.js';
import type { UnstampedEvent, WindowEnd } from '../../model/reload/ReloadEvent.js';
import {
  type DebounceAdaptiveConfig,
  type DebounceView,
  debounceAdaptive,
} from '../../operators/debounceAdaptive.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';
import type { PastWindows } from './pastWindows.js';

export interface DetectedChange {
  readonly change: Change;
  /** Counts the changes of the plugin, from 0. */
  readonly number: number;
  /** The debounce window that ended with this change, in milliseconds. */
  readonly windowMs: number;
  readonly closedBy: WindowEnd;
  /** From the end of the window before to the first event of this one, in milliseconds; undefined for the first window. */
  readonly afterFlushMs: number | undefined;
}

/**
 * Folds the events of one plugin into changes: each burst becomes one change, or undefined when its events cancel each other out.
 *
 * @param onOpen - Called when a window opens; it ends with the next value.
 */
export function detectChanges(
  plugin: string,
  debounce: NonNullable<HotReloadOptions['debounce']>,
  past: PastWindows,
  onOpen: () => void,
  scheduler: HotReloadOptions['scheduler'] = asyncScheduler,
): OperatorFunction<WatchEvent, DetectedChange | undefined> {
  const { window, ...config } = debounce;
  return (events$) =>
    defer(() => {
      /** The window of the change that is about to be emitted: `observe` is called right before. */
      let windowMs = config.minMs;
      /** Why the window of the change that is being emitted has closed. */
      let view: DebounceView | undefined;
      let afterFlushMs: number | undefined;
      /** When the window opened, and what came last in it. */
      let openedAtMs = 0;
      let last: WatchEvent | undefined;
      const perChange: DebounceAdaptiveConfig<WatchEvent, Change> = {
        ...config,
        scheduler,
        ...(window && {
          window: (pending) => window({ ...pending, value: pending.value.events }),
        }),
        view: (own) => {
          view = own;
          config.view?.(own);
        },
        observe: (event) => {
          windowMs = event.windowMs;
          config.observe?.(event);
        },
      };
      const reduce = (change: Change | undefined, event: WatchEvent): Change => {
        last = event;
        if (change === undefined) {
          openedAtMs = scheduler.now();
          afterFlushMs = past.sinceLast(plugin, scheduler.now());
          onOpen();
        }
        return {
          plugin,
          events: foldEvents(change?.events, event),
          firstAtMs: change?.firstAtMs ?? event.atMs,
          lastAtMs: event.atMs,
          eventCount: (change?.eventCount ?? 0) + 1,
        };
      };
      return events$.pipe(
        debounceAdaptive({ ...perChange, reduce }),
        // Each change is emitted in the turn of its window's end, so that what is read here belongs to it.
        map((change) => {
          past.closed(plugin, scheduler.now());
          // What came and went is no change, unless an attempt may have found it.
          const seen = past.mayHaveLooked(plugin, openedAtMs) && last ? [last] : [];
          const events = change.events.length === 0 ? seen : change.events;
          if (events.length === 0) return undefined;
          const closedBy = view?.closedBy ?? 'quiet';
          return {
            change: { ...change, events },
            number: past.nextChange(plugin),
            windowMs,
            closedBy,
            afterFlushMs,
          };
        }),
      );
    });
}

/** The `ChangeDetected` event of a change. Its paths are relative to `root` when one is given. */
export function describeDetection(
  root: string | undefined,
): (detected: DetectedChange) => UnstampedEvent {
  const fromRoot = (path: string): string => (root === undefined ? path : relative(root, path));
  return ({ change, number, windowMs, closedBy, afterFlushMs }) => {
    const paths = change.events.flatMap((event) =>
      event._tag === 'Renamed' ? [event.from, event.to] : [event.path],
    );
    const { plugin, eventCount: count, firstAtMs, lastAtMs } = change;
    const kinds = [...new Set(change.events.map(({ _tag }) => _tag))];
    return {
      _tag: 'ChangeDetected',
      plugin,
      paths: paths.map(fromRoot),
      windowMs,
      change: number,
      count,
      firstAtMs,
      lastAtMs,
      kinds,
      closedBy,
      ...(afterFlushMs !== undefined && { afterFlushMs }),
    };
  };
}
