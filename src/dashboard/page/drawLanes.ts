import type { Lane, Mark } from '../lanes/Lanes.js';
import { drawBreaker, drawMark, type Look, type Pen, type TimeSpan, xOf } from './drawMark.js';

export const ROW_PX = 46;
/** Room for the plugin's name, above its marks. */
const NAME_PX = 15;
const MID_PX = 30;

/** What is shown: a span of time, and the rows that are scrolled to. */
export interface View extends TimeSpan {
  readonly heightPx: number;
  /** How far the rows are scrolled. */
  readonly topPx: number;
  readonly selected: string | undefined;
  /** A range that was chosen with the pointer. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | undefined;
}

/** A lane that is in view, and where. */
export interface Row {
  readonly lane: Lane;
  readonly topPx: number;
}

/** How much of a lane has been drawn. */
export interface Progress {
  /** Number of the first mark that is left, of all that the lane ever had. */
  readonly marks: number;
  /** Number of the first time of the breaker that is left. */
  readonly breaker: number;
  readonly labelEndPx: number;
}

export const NOTHING: Progress = { marks: 0, breaker: 0, labelEndPx: -Infinity };

/** The lanes that are in view. */
export function rowsOf(lanes: readonly Lane[], { topPx, heightPx }: View): readonly Row[] {
  const first = Math.max(0, Math.floor(topPx / ROW_PX));
  return lanes
    .slice(first, Math.ceil((topPx + heightPx) / ROW_PX))
    .map((lane, at) => ({ lane, topPx: (first + at) * ROW_PX - topPx }));
}

/** Gives a pen what it keeps: a canvas forgets it when its size changes. */
export function prepare(pen: Pen, look: Look): void {
  pen.font = look.font;
  pen.textBaseline = 'middle';
  pen.lineWidth = 1;
}

/**
 * Draws rows as they are now.
 *
 * @param drawContents - Draws what lies on the lines.
 */
export function drawLanes(
  pen: Pen,
  rows: readonly Row[],
  view: View,
  look: Look,
  drawContents: () => void,
): void {
  const { widthPx, heightPx } = view;
  pen.clearRect(0, 0, widthPx, heightPx);
  prepare(pen, look);
  for (const { lane, topPx } of rows) drawGround(pen, lane, topPx, view, look);
  drawContents();
  pen.fillStyle = look.text;
  for (const { lane, topPx } of rows) {
    const name = lane.plugin === '' ? '(source)' : lane.plugin;
    pen.fillText(name, 4, topPx + NAME_PX / 2 + 2, widthPx - 8);
  }
  if (view.range !== undefined) {
    const from = xOf(view, view.range.fromMs);
    pen.globalAlpha = 0.15;
    pen.fillStyle = look.of.busy;
    pen.fillRect(from, 0, xOf(view, view.range.toMs) - from, heightPx);
    pen.globalAlpha = 1;
  }
}

/**
 * Draws what lies on the line of a row, from where another call has stopped.
 *
 * @param until - `settled`: up to the first thing that may still change.
 */
export function drawContents(
  pen: Pen,
  { lane, topPx }: Row,
  span: TimeSpan,
  look: Look,
  { from, until }: { readonly from: Progress; readonly until: 'settled' | 'all' },
): Progress {
  let { breaker, labelEndPx } = from;
  for (; breaker < lane.breaker.length; breaker += 1) {
    const time = lane.breaker[breaker];
    if (time === undefined || (until === 'settled' && time.toMs === Infinity)) break;
    if (isWithin(time, span)) drawBreaker(pen, time, topPx + ROW_PX - 7, span, look);
  }
  let at = Math.max(0, from.marks - lane.droppedCount);
  for (; at < lane.marks.length; at += 1) {
    const mark = lane.marks[at];
    if (mark === undefined || (until === 'settled' && !isSettled(lane, mark))) break;
    if (!isWithin(mark, span)) continue;
    labelEndPx = drawMark(pen, mark, topPx + MID_PX, span, look, labelEndPx);
  }
  return { marks: at + lane.droppedCount, breaker, labelEndPx };
}

/** How many marks of a lane are left that will not change. */
export function settledCount(lane: Lane, from: Progress): number {
  const first = Math.max(0, from.marks - lane.droppedCount);
  let at = first;
  for (; at < lane.marks.length; at += 1) {
    const mark = lane.marks[at];
    if (mark === undefined || !isSettled(lane, mark)) break;
  }
  return at - first;
}

/** The mark of a lane that is nearest to a point of the view; undefined: none is near. */
export function markAt(lane: Lane, xPx: number, view: View): Mark | undefined {
  let best: Mark | undefined;
  let bestPx = 9;
  for (const mark of lane.marks) {
    const from = xOf(view, mark.fromMs);
    const to = Math.max(from, xOf(view, Math.min(mark.toMs, view.toMs)));
    const distancePx = xPx < from ? from - xPx : Math.max(0, xPx - to);
    // A moment is preferred to a bar that it lies on.
    const px = distancePx + (mark.toMs > mark.fromMs ? 4 : 0);
    if (px > bestPx) continue;
    best = mark;
    bestPx = px;
  }
  return best;
}

function isSettled(lane: Lane, mark: Mark): boolean {
  return lane.lasting.get(mark.kind) !== mark;
}

function isWithin(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  span: TimeSpan,
): boolean {
  return fromMs <= span.toMs && toMs >= span.fromMs;
}

function drawGround(pen: Pen, lane: Lane, topPx: number, view: View, look: Look): void {
  if (lane.plugin === view.selected) {
    pen.fillStyle = look.card;
    pen.fillRect(0, topPx, view.widthPx, ROW_PX);
  }
  pen.strokeStyle = look.line;
  pen.beginPath();
  pen.moveTo(0, topPx + ROW_PX - 0.5);
  pen.lineTo(view.widthPx, topPx + ROW_PX - 0.5);
  pen.moveTo(0, topPx + MID_PX);
  pen.lineTo(view.widthPx, topPx + MID_PX);
  pen.stroke();
}
