import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { requireInRange } from '../policies/ranges.js';

const DEFAULT_WIDTH_PX = 900;
const LANE_PX = 30;
const HEADER_PX = 34;
const LABEL_PX = 150;
const PADDING_PX = 16;
const MARBLE_PX = 7;

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
const LOOKS: Readonly<Record<string, { readonly letter: string; readonly fill: string }>> = {
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
};
const PLAIN_LOOK = { letter: '•', fill: '#f3f4f6' };

/**
 * Draws the events of a run: a lane per plugin, time from left to right, and a marble per event whose title says what it is. The picture is
 * one SVG text without scripts or links, for a README or an issue.
 *
 * @param events - Of `hotReload`, in their order.
 * @param options - See `TraceSvgOptions`.
 * @throws RangeError for a width below 320.
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
  const spanMs = Math.max(1, last - first);
  const labelPx = Math.min(LABEL_PX, widthPx / 3);
  const innerPx = widthPx - labelPx - 2 * PADDING_PX;
  const xOf = (atMs: number): number => labelPx + PADDING_PX + ((atMs - first) / spanMs) * innerPx;
  const heightPx = HEADER_PX + Math.max(1, lanes.length) * LANE_PX;
  const title = shown.length === 0 ? 'no events' : `${shown.length} events in ${last - first} ms`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="img" font-family="ui-monospace, monospace" font-size="11">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${PADDING_PX}" y="16" fill="#374151">${escapeXml(title)}</text>`,
    ...lanes.flatMap((lane, at) => {
      const y = HEADER_PX + at * LANE_PX + LANE_PX / 2;
      const own = shown.filter((event) => event.plugin === lane);
      const name = lane === '' ? '(source)' : lane;
      return [
        `<text x="${PADDING_PX}" y="${y + 4}" fill="#111827">${escapeXml(cut(name, labelPx))}</text>`,
        `<line x1="${round(xOf(first))}" y1="${y}" x2="${round(xOf(last))}" y2="${y}" stroke="#9ca3af"/>`,
        ...own.map((event) => marble(event, round(xOf(event.atMs)), y, first)),
      ];
    }),
    '</svg>',
  ].join('\n');
}

function marble(event: ReloadEvent, x: number, y: number, firstMs: number): string {
  const { letter, fill } = LOOKS[event._tag] ?? PLAIN_LOOK;
  const title = `${event._tag} of ${event.plugin} at ${event.atMs - firstMs} ms${detailOf(event)}`;
  return `<g><title>${escapeXml(title)}</title><circle cx="${x}" cy="${y}" r="${MARBLE_PX}" fill="${fill}" stroke="#374151"/><text x="${x}" y="${y + 3.5}" text-anchor="middle" font-size="9" fill="#111827">${letter}</text></g>`;
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

function cut(name: string, widthPx: number): string {
  const count = Math.max(4, Math.floor((widthPx - PADDING_PX) / 7));
  // By characters: one that takes two units of UTF-16 is not cut in half.
  const characters = Array.from(name);
  return characters.length > count ? `${characters.slice(0, count - 1).join('')}…` : name;
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}

/** Characters that XML gives a meaning or does not allow. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '�')
    .replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
