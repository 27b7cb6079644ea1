import type { Lane, Mark } from '../lanes/Lanes.js';

const RIBBON_PX = 5;
const HATCH_PX = 6;

/** What is drawn with: the part of a canvas's context that lanes need. */
export interface Pen {
  fillStyle: unknown;
  strokeStyle: unknown;
  font: string;
  textBaseline: string;
  lineWidth: number;
  globalAlpha: number;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
  setLineDash(lengths: number[]): void;
  fillText(text: string, x: number, y: number, maxWidth?: number): void;
  measureText(text: string): { readonly width: number };
}

/** A span of time, and how wide it is drawn. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthPx: number;
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

export function xOf({ fromMs, toMs, widthPx }: TimeSpan, ms: number): number {
  return ((ms - fromMs) / (toMs - fromMs)) * widthPx;
}

/**
 * Draws one mark. Each kind has its own shape, so that no colour is needed to tell them apart.
 *
 * @param y - Of the lane's line.
 * @param labelEndPx - Where the last label of the lane ends: labels that would lie on another one are left out.
 * @returns Where the last label ends now.
 */
export function drawMark(
  pen: Pen,
  mark: Mark,
  y: number,
  span: TimeSpan,
  look: Look,
  labelEndPx: number,
): number {
  const x = xOf(span, mark.fromMs);
  const to = Math.min(span.widthPx, xOf(span, Math.min(mark.toMs, span.toMs)));
  pen.fillStyle = look.of[mark.tone];
  pen.strokeStyle = look.of[mark.tone];
  pen.beginPath();
  switch (mark.kind) {
    case 'window':
      pen.strokeRect(x, y - 6, Math.max(1, to - x), 12);
      return labelEndPx;
    case 'wait':
      pen.setLineDash([3, 3]);
      pen.moveTo(x, y);
      pen.lineTo(to, y);
      pen.stroke();
      pen.setLineDash([]);
      return labelEndPx;
    case 'attempt':
      pen.fillRect(x, y - 3, Math.max(2, to - x), 6);
      return labelEndPx;
    case 'save':
      pen.moveTo(x, y - 5);
      pen.lineTo(x + 4, y + 4);
      pen.lineTo(x - 4, y + 4);
      pen.closePath();
      if (mark.missedByMs === undefined) pen.stroke();
      else pen.fill();
      return labelEndPx;
    case 'live':
      pen.arc(x, y, 4.5, 0, 2 * Math.PI);
      pen.fill();
      break;
    case 'failure':
      pen.moveTo(x - 4, y - 4);
      pen.lineTo(x + 4, y + 4);
      pen.moveTo(x + 4, y - 4);
      pen.lineTo(x - 4, y + 4);
      pen.stroke();
      break;
    case 'rollback':
      pen.moveTo(x + 4, y - 5);
      pen.lineTo(x - 5, y);
      pen.lineTo(x + 4, y + 5);
      pen.closePath();
      pen.fill();
      break;
    case 'note':
      pen.moveTo(x, y - 4);
      pen.lineTo(x + 4, y);
      pen.lineTo(x, y + 4);
      pen.lineTo(x - 4, y);
      pen.closePath();
      pen.stroke();
      return labelEndPx;
  }
  if (x < labelEndPx) return labelEndPx;
  pen.fillText(mark.label, x + 7, y - 9);
  return x + 12 + pen.measureText(mark.label).width;
}

/** Draws a time in which the breaker was not closed, as a hatched ribbon. */
export function drawBreaker(
  pen: Pen,
  time: Lane['breaker'][number],
  y: number,
  span: TimeSpan,
  look: Look,
): void {
  const from = xOf(span, time.fromMs);
  const x = Math.max(0, from);
  const to = Math.min(span.widthPx, xOf(span, Math.min(time.toMs, span.toMs)));
  if (to <= x) return;
  pen.strokeStyle = look.of[time.state === 'open' ? 'bad' : 'notice'];
  pen.strokeRect(x, y, to - x, RIBBON_PX);
  pen.beginPath();
  // Counted from its own beginning, also where that is not in view: the hatching goes with it.
  for (let at = from + Math.ceil((x - from) / HATCH_PX) * HATCH_PX; at < to; at += HATCH_PX) {
    pen.moveTo(at, y + RIBBON_PX);
    pen.lineTo(Math.min(at + RIBBON_PX, to), y);
  }
  pen.stroke();
}
