import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent, UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { FirstLoad } from '../../pipeline/options/HotReloadOptions.js';
import type { FakeReload } from '../virtual/fakeTarget.js';
import { type RunScript, without } from './RunScript.js';

/** What a target tells by itself. All else a pipeline makes of saves, of the first load and of how reloads end. */
const OF_TARGET: ReadonlySet<ReloadEvent['_tag']> = new Set([
  ...(['RolledBack', 'Proven', 'StateLost', 'RestartNeeded'] as const),
]);

interface OpenReload {
  readonly atMs: number;
  readonly restored?: NonNullable<FakeReload['restored']>;
}

/** The events of a plugin from the first on that does not belong to something that had begun before. */
export function eventsWithBegin(
  plugin: string,
  events: readonly ReloadEvent[],
): readonly ReloadEvent[] {
  const own = events.filter((event) => event.plugin === plugin);
  const from = own.findIndex(({ _tag }) => _tag === 'Loaded' || _tag === 'ChangeDetected');
  return from < 0 ? [] : own.slice(from);
}

/**
 * A script that has these events, from the events alone: what was saved and when, and how each reload ended, is in them. Which options the
 * pipeline had is not, so those are chosen that lead to the same. The list may begin in the midst of a run: what has no beginning is left out.
 */
export function scriptOfEvents(plugin: string, events: readonly ReloadEvent[]): RunScript {
  const known = eventsWithBegin(plugin, events);
  const startMs = Math.min(...known.map(beginOf));
  const saves: { ms: number; event: WatchEvent }[] = [];
  const foreign: { ms: number; event: UnstampedEvent }[] = [];
  const loads: { ms: number; event: Either<ReloadError, FirstLoad> }[] = [];
  const reloads: FakeReload[] = [];
  const waits: number[] = [];
  const windows: number[] = [];
  let open: OpenReload | undefined;
  let version: number | undefined;
  const end = (atMs: number, how: Omit<FakeReload, 'takesMs'>): void => {
    if (open === undefined) return;
    const { restored } = open;
    reloads.push({ takesMs: atMs - open.atMs, ...how, ...(restored && { restored }) });
    open = undefined;
  };

  for (const event of known) {
    const ms = event.atMs - startMs;
    switch (event._tag) {
      case 'ChangeDetected':
        windows.push(event.windowMs);
        saves.push(...savesOf(event, beginOf(event) - startMs));
        break;
      case 'ReloadStarted':
        open = { atMs: event.atMs };
        break;
      case 'StateRestored':
        if (open !== undefined) {
          open = { ...open, restored: { bytes: event.bytes, sha256: event.sha256 } };
        }
        break;
      case 'Loaded':
        version ??= open === undefined ? event.version : 0;
        if (open === undefined)
          loads.push({ ms, event: right({ plugin, version: event.version }) });
        end(event.atMs, {});
        break;
      case 'Reloaded':
        version ??= event.from;
        end(event.atMs, {});
        break;
      case 'Unchanged':
        end(event.atMs, { isUnchanged: true });
        break;
      case 'ReloadFailed': {
        version ??= event.stillServing ?? 0;
        if (open === undefined) loads.push({ ms, event: left(event.error) });
        const { _tag, message } = event.error;
        end(event.atMs, { fails: { ...without(event.error, 'plugin'), _tag, message } });
        break;
      }
      case 'RetryScheduled':
        if (event.why !== 'circuitOpen' && event.why !== 'probeGap') waits.push(event.delayMs);
        break;
      default:
        if (OF_TARGET.has(event._tag)) foreign.push({ ms, event: unstamped(event) });
    }
  }
  // What had not ended goes on for longer than anything that was told.
  if (open !== undefined) end((known.at(-1)?.atMs ?? 0) + 1, {});
  const windowMs = Math.max(1, Math.floor(Math.min(...windows, 1_000)));
  const lasts = [...saves, ...foreign, ...loads].map(({ ms }) => ms);
  return {
    ...{ plugin, saves, foreign, loads, reloads },
    version: version ?? 0,
    endMs: Math.max(0, ...lasts) + 1,
    ...{ unloadTakesMs: 0, restartTakesMs: 0 },
    options: {
      debounce: { minMs: windowMs, maxMs: windowMs },
      backoff: { maxRetries: waits.length },
    },
    drawnWaits: waits.length > 0 ? waits : undefined,
    waits: undefined,
  };
}

function beginOf(event: ReloadEvent): number {
  if (event._tag !== 'ChangeDetected') return event.atMs;
  return event.firstAtMs ?? event.atMs - event.windowMs;
}

/** A save per path. Of several kinds nobody knows which was which. */
function savesOf(
  { paths, kinds = [] }: Extract<ReloadEvent, { readonly _tag: 'ChangeDetected' }>,
  ms: number,
): readonly { readonly ms: number; readonly event: WatchEvent }[] {
  const [kind] = kinds.length === 1 ? kinds : [];
  const _tag = kind === 'Created' || kind === 'Deleted' ? kind : 'Modified';
  return paths.map((path) => ({
    ms,
    event: { _tag, path, kind: 'file', atMs: 0, batch: 1 },
  }));
}

function unstamped(event: ReloadEvent): UnstampedEvent {
  const fact: UnstampedEvent = { ...event };
  for (const stamp of ['v', 'i', 'atMs']) Reflect.deleteProperty(fact, stamp);
  return fact;
}
