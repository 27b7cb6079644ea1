// What the page shows now: which moment, how much time, which plugin. Text of plugins and events is only ever set as text.
import { canvas, live, scroll, scrub } from './dom.js';
import type { View } from './drawLanes.js';
import { PageState } from './PageState.js';

export const state = new PageState();

export const shown: {
  spanMs: number;
  /** The right edge; undefined while the page follows the clock. */
  untilMs: number | undefined;
  isFile: boolean;
  selected: string | undefined;
  range: { plugin: string; fromMs: number; toMs: number } | undefined;
  /** Something has to be drawn again. */
  isDirty: boolean;
  /** The host's clock beside the browser's. */
  aheadMs: number;
} = {
  ...{ spanMs: 60_000, untilMs: undefined, isFile: false, selected: undefined },
  ...{ range: undefined, isDirty: true, aheadMs: 0 },
};

export function nowMs(): number {
  return shown.isFile ? (state.lanes.range()?.toMs ?? 0) : Date.now() + shown.aheadMs;
}

export function viewNow(): View {
  const { untilMs, spanMs, selected, range } = shown;
  const toMs = (untilMs ?? nowMs()) + (untilMs === undefined ? spanMs * 0.02 : 0);
  return {
    fromMs: toMs - spanMs,
    toMs,
    widthPx: canvas.clientWidth,
    heightPx: scroll.clientHeight,
    topPx: scroll.scrollTop,
    selected,
    range,
  };
}

export function follow(): void {
  shown.untilMs = undefined;
  live.setAttribute('aria-pressed', 'true');
  scrub.value = '1000';
  shown.isDirty = true;
}

export function stopAt(ms: number): void {
  const all = state.lanes.range();
  if (all === undefined) return;
  shown.untilMs = Math.min(Math.max(ms, all.fromMs + shown.spanMs * 0.1), nowMs());
  live.setAttribute('aria-pressed', 'false');
  const share = (shown.untilMs - all.fromMs) / Math.max(1, nowMs() - all.fromMs);
  scrub.value = String(Math.round(share * 1000));
  shown.isDirty = true;
}

export function zoom(factor: number): void {
  shown.spanMs = Math.min(Math.max(shown.spanMs * factor, 50), 7 * 24 * 3_600_000);
  shown.isDirty = true;
}
