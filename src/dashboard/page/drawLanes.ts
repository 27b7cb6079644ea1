import type { Lane, Mark } from '../lanes/Lanes.js';

export const ROW_PX = 46;
/** Room for the plugin's name, above its marks. */
const NAME_PX = 15;
const MID_PX = 30;

/** What is shown: a span of time, and the rows that are scrolled to. */
export interface View {
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** How far the rows are scrolled. */
  readonly topPx: number;
  readonly selected: string | undefined;
  /** A range that was chosen with the pointer. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | undefined;
}

/** Colours and fonts, from the page's styles. */
export interface Look {
  readonly of: Readonly<Record<Mark['tone'], string>>;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly card: string;
  readonly font: string;
}

/** Draws the lanes that are in view. Each kind of mark has its own shape, so that no colour is needed to tell them apart. */
export function drawLanes(
  context: CanvasRenderingContext2D,
  lanes: readonly Lane[],
  view: View,
  look: Look,
): void {
  const { widthPx, heightPx, topPx } = view;
  context.clearRect(0, 0, widthPx, heightPx);
  context.font = look.font;
  context.textBaseline = 'middle';
  context.lineWidth = 1;
  const firstRow = Math.max(0, Math.floor(topPx / ROW_PX));
  const lastRow = Math.min(lanes.length, Math.ceil((topPx + heightPx) / ROW_PX));
  for (let row = firstRow; row < lastRow; row += 1) {
    const lane = lanes[row];
    if (lane !== undefined) drawLane(context, lane, row * ROW_PX - topPx, view, look);
  }
  if (view.range !== undefined) {
    const from = xOf(view, view.range.fromMs);
    context.globalAlpha = 0.15;
    context.fillStyle = look.of.busy;
    context.fillRect(from, 0, xOf(view, view.range.toMs) - from, heightPx);
    context.globalAlpha = 1;
  }
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

function xOf({ fromMs, toMs, widthPx }: View, ms: number): number {
  return ((ms - fromMs) / (toMs - fromMs)) * widthPx;
}

function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  topPx: number,
  view: View,
  look: Look,
): void {
  if (lane.plugin === view.selected) {
    context.fillStyle = look.card;
    context.fillRect(0, topPx, view.widthPx, ROW_PX);
  }
  context.strokeStyle = look.line;
  context.beginPath();
  context.moveTo(0, topPx + ROW_PX - 0.5);
  context.lineTo(view.widthPx, topPx + ROW_PX - 0.5);
  context.moveTo(0, topPx + MID_PX);
  context.lineTo(view.widthPx, topPx + MID_PX);
  context.stroke();
  for (const span of lane.breaker) {
    if (span.fromMs > view.toMs || span.toMs < view.fromMs) continue;
    const from = Math.max(0, xOf(view, span.fromMs));
    const to = Math.min(view.widthPx, xOf(view, Math.min(span.toMs, view.toMs)));
    hatch(
      context,
      from,
      topPx + ROW_PX - 7,
      to - from,
      5,
      look.of[span.state === 'open' ? 'bad' : 'notice'],
    );
  }
  let labelEndPx = -Infinity;
  for (const mark of lane.marks) {
    if (mark.fromMs > view.toMs || mark.toMs < view.fromMs) continue;
    labelEndPx = drawMark(context, mark, topPx + MID_PX, view, look, labelEndPx);
  }
  context.fillStyle = look.text;
  context.fillText(
    lane.plugin === '' ? '(source)' : lane.plugin,
    4,
    topPx + NAME_PX / 2 + 2,
    view.widthPx - 8,
  );
}

function drawMark(
  context: CanvasRenderingContext2D,
  mark: Mark,
  y: number,
  view: View,
  look: Look,
  labelEndPx: number,
): number {
  const x = xOf(view, mark.fromMs);
  const to = Math.min(view.widthPx, xOf(view, Math.min(mark.toMs, view.toMs)));
  context.fillStyle = look.of[mark.tone];
  context.strokeStyle = look.of[mark.tone];
  context.beginPath();
  switch (mark.kind) {
    case 'window':
      context.strokeRect(x, y - 6, Math.max(1, to - x), 12);
      return labelEndPx;
    case 'wait':
      context.setLineDash([3, 3]);
      context.moveTo(x, y);
      context.lineTo(to, y);
      context.stroke();
      context.setLineDash([]);
      return labelEndPx;
    case 'attempt':
      context.fillRect(x, y - 3, Math.max(2, to - x), 6);
      return labelEndPx;
    case 'save':
      context.moveTo(x, y - 5);
      context.lineTo(x + 4, y + 4);
      context.lineTo(x - 4, y + 4);
      context.closePath();
      if (mark.missedByMs === undefined) context.stroke();
      else context.fill();
      return labelEndPx;
    case 'live':
      context.arc(x, y, 4.5, 0, 2 * Math.PI);
      context.fill();
      break;
    case 'failure':
      context.moveTo(x - 4, y - 4);
      context.lineTo(x + 4, y + 4);
      context.moveTo(x + 4, y - 4);
      context.lineTo(x - 4, y + 4);
      context.stroke();
      break;
    case 'rollback':
      context.moveTo(x + 4, y - 5);
      context.lineTo(x - 5, y);
      context.lineTo(x + 4, y + 5);
      context.closePath();
      context.fill();
      break;
    case 'note':
      context.moveTo(x, y - 4);
      context.lineTo(x + 4, y);
      context.lineTo(x, y + 4);
      context.lineTo(x - 4, y);
      context.closePath();
      context.stroke();
      return labelEndPx;
  }
  if (x < labelEndPx) return labelEndPx;
  context.fillText(mark.label, x + 7, y - 9);
  return x + 12 + context.measureText(mark.label).width;
}

function hatch(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  color: string,
): void {
  if (width <= 0) return;
  context.strokeStyle = color;
  context.strokeRect(x, y, width, height);
  context.beginPath();
  for (let at = x; at < x + width; at += 6) {
    context.moveTo(at, y + height);
    context.lineTo(Math.min(at + height, x + width), y);
  }
  context.stroke();
}
