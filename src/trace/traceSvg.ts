import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { requireInRange } from '../policies/ranges.js';
import { lanesSvg, type Marble } from './picture/lanesSvg.js';

const DEFAULT_WIDTH_PX = 900;
const LABEL_PX = 150;

/** Options of {@link traceSvg}. */
export interface TraceSvgOptions {
  /** Only the events of this plugin. Default: all. */
  readonly plugin?: string;
  /** Only events from this time on, as in `atMs`. Default: the first. */
  readonly fromMs?: number;
  /** Only events up to this time, as in `atMs`. Default: the last. */
  readonly toMs?: number;
  /** The width of the picture, in pixels, from 320. Default 900. */
  readonly widthPx?: number;
}

/** How a kind of event is drawn: readable without colour, by its shape and letter. */
const LOOKS: ReadonlyMap<string, Pick<Marble, 'letter' | 'fill'>> = new Map(
  Object.entries({
    ChangeDetected: { letter: 'c', fill: '#dbeafe' },
    ReloadStarted: { letter: '▸', fill: '#fef9c3' },
    Loaded: { letter: 'L', fill: '#bbf7d0' },
    Reloaded: { letter: 'R', fill: '#86efac' },
    ReloadFailed: { letter: '✕', fill: '#fecaca' },
    RetryScheduled: { letter: 'r', fill: '#fed7aa' },
    BreakerChanged: { letter: 'B', fill: '#ddd6fe' },
    Superseded: { letter: 's', fill: '#e5e7eb' },
    Unchanged: { letter: '=', fill: '#e5e7eb' },
    Removed: { letter: '−', fill: '#e5e7eb' },
    RolledBack: { letter: '↶', fill: '#fecaca' },
  }),
);
const PLAIN_LOOK = { letter: '•', fill: '#f3f4f6' };

/**
 * Draws the events of a run: a lane per plugin, time from left to right, and a marble per event whose title says what it is. The picture is
 * one SVG text without scripts or links, for a README or an issue.
 *
 * @param events - Of `hotReload`, in their order.
 * @param options - See `TraceSvgOptions`.
 * @throws RangeError for a width below 320, and for a range that ends before it begins.
 *
 * @example
 * ```ts
 * const failed = { v: 1, i: 0, atMs: 5, plugin: 'counter', _tag: 'Superseded' } as const;
 *
 * traceSvg([failed]).startsWith('<svg'); // => true
 * ```
 */
export function traceSvg(events: readonly ReloadEvent[], options: TraceSvgOptions = {}): string {
  const { plugin, fromMs = -Infinity, toMs = Infinity, widthPx = DEFAULT_WIDTH_PX } = options;
  requireInRange('traceSvg', { least: 320 }, { widthPx });
  requireInRange('traceSvg', { least: -Infinity }, { fromMs });
  requireInRange('traceSvg', { least: fromMs, leastOf: 'fromMs' }, { toMs });
  const shown = events.filter(
    (event) =>
      (plugin === undefined || event.plugin === plugin) &&
      event.atMs >= fromMs &&
      event.atMs <= toMs,
  );
  const lanes = [...new Set(shown.map((event) => event.plugin))];
  const times = shown.map(({ atMs }) => atMs);
  const first = times.reduce((least, atMs) => Math.min(least, atMs), Infinity);
  const last = times.reduce((most, atMs) => Math.max(most, atMs), -Infinity);
  const title = shown.length === 0 ? 'no events' : `${shown.length} events in ${last - first} ms`;
  return lanesSvg({
    title,
    widthPx,
    labelPx: Math.min(LABEL_PX, widthPx / 3),
    lanes: lanes.map((lane) => ({
      label: lane === '' ? '(source)' : lane,
      fromAt: first,
      toAt: last,
      marbles: shown
        .filter((event) => event.plugin === lane)
        .map((event) => marbleOf(event, first)),
    })),
  });
}

function marbleOf(event: ReloadEvent, firstMs: number): Marble {
  const title = `${event._tag} of ${event.plugin} at ${event.atMs - firstMs} ms${detailOf(event)}`;
  return { at: event.atMs, title, ...(LOOKS.get(event._tag) ?? PLAIN_LOOK) };
}

function detailOf(event: ReloadEvent): string {
  switch (event._tag) {
    case 'Reloaded':
      return `: version ${event.from} to ${event.to}`;
    case 'ReloadFailed':
      return `: ${event.error._tag}: ${event.error.message}`;
    case 'ChangeDetected':
      return `: ${event.paths.join(', ')}`;
    case 'BreakerChanged':
      return `: ${event.from} to ${event.to}, ${event.reason}`;
    default:
      return '';
  }
}
