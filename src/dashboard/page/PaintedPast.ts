import type { Lane } from '../lanes/Lanes.js';
import {
  drawContents,
  drawLanes,
  NOTHING,
  type Progress,
  prepare,
  type Row,
  rowsOf,
  settledCount,
  type View,
} from './drawLanes.js';
import type { Look, Pen, TimeSpan } from './drawMark.js';

/** Pixels in a row of a canvas that every browser has. */
const MAX_SHEET_PIXELS = 16_000;
/** A view that goes on by more than this part of itself has jumped. */
const JUMP_RATIO = 0.1;
/** A span of time that is computed from the clock is off by a rounding. */
const SAME_MS = 0.01;

/** A picture that is not seen, to be copied into others. */
export interface Sheet<P extends Pen> {
  /** Clears it and makes it that large, in pixels of the page. */
  size(widthPx: number, heightPx: number, ratio: number): P | null;
  /** Copies it, with its left edge at `xPx`. */
  copyTo(pen: P, xPx: number): void;
}

/**
 * Draws lanes while time goes on. What has happened is the same picture in each frame, a little further left: it is painted once on a sheet
 * that is wider than the view, and copied. Only what is new, or may still change, is drawn again. Drawn whole in each frame, 10,000 marks
 * took a browser longer than the time between two frames.
 *
 * A view that jumps, zooms or scrolls is drawn without the sheet.
 *
 * @source measured: bench/trace/figures.md
 */
export class PaintedPast<P extends Pen> {
  /** What all pictures with this sheet have in common, besides their time. */
  #common: readonly unknown[] = [];
  #spanMs = NaN;
  /** The left edge of the last picture, and of the sheet (NaN: there is none), counted in pixels of the screen since 1970. */
  #lastPixel = NaN;
  #sheetPixel = NaN;
  #sheetPx = 0;
  #pen: P | null = null;
  /** What of each lane is on the sheet. */
  readonly #painted = new Map<Lane, Progress>();

  /** @param maxLoose - Marks that are drawn anew in each picture before they go onto the sheet: to change a sheet costs a copy of it. */
  constructor(
    readonly sheet: Sheet<P>,
    readonly maxLoose = 200,
  ) {}

  /** Whether a picture would differ from the last one although nothing has happened: time has gone on by a pixel. */
  hasMoved(view: View, ratio: number): boolean {
    return pixelOf(view, ratio) !== this.#lastPixel;
  }

  /** @param ratio - Pixels of the screen in one of the page. */
  draw(pen: P, lanes: readonly Lane[], asked: View, look: Look, ratio: number): void {
    const { widthPx, heightPx, topPx } = asked;
    const common = [lanes[0], look, widthPx, heightPx, topPx, ratio];
    const spanMs = asked.toMs - asked.fromMs;
    const isSame =
      common.every((one, at) => one === this.#common[at]) &&
      Math.abs(spanMs - this.#spanMs) < SAME_MS;
    if (!isSame) {
      this.#common = common;
      this.#spanMs = spanMs;
      this.#sheetPixel = NaN;
    }
    const pixel = pixelOf(asked, ratio);
    const movedPx = (pixel - this.#lastPixel) / ratio;
    this.#lastPixel = pixel;
    const msPerPixel = this.#spanMs / (widthPx * ratio);
    const fromMs = pixel * msPerPixel;
    const view = { ...asked, fromMs, toMs: fromMs + this.#spanMs };

    const rows = rowsOf(lanes, view);
    drawLanes(pen, rows, view, look, () => {
      const goesOn = isSame && movedPx >= 0 && movedPx <= widthPx * JUMP_RATIO;
      if (goesOn && !this.#isOnSheet(pixel, widthPx, ratio))
        this.#newSheet(view, pixel, look, ratio);
      if (this.#pen === null || !this.#isOnSheet(pixel, widthPx, ratio)) {
        for (const row of rows) drawLeft(pen, row, view, look, NOTHING);
        return;
      }
      const sheetMs = this.#sheetPixel * msPerPixel;
      const span = {
        ...{ fromMs: sheetMs, widthPx: this.#sheetPx },
        toMs: sheetMs + this.#sheetPx * ratio * msPerPixel,
      };
      this.#paintNew(this.#pen, rows, span, look);
      const shiftPx = (pixel - this.#sheetPixel) / ratio;
      this.sheet.copyTo(pen, -shiftPx);
      for (const row of rows) {
        const painted = this.#painted.get(row.lane) ?? NOTHING;
        const labelEndPx = painted.labelEndPx - shiftPx;
        drawLeft(pen, row, view, look, { ...painted, labelEndPx });
      }
    });
  }

  #isOnSheet(pixel: number, widthPx: number, ratio: number): boolean {
    const shiftPx = (pixel - this.#sheetPixel) / ratio;
    return shiftPx >= 0 && shiftPx + widthPx <= this.#sheetPx;
  }

  #newSheet({ widthPx, heightPx }: View, pixel: number, look: Look, ratio: number): void {
    this.#sheetPx = Math.max(widthPx, Math.min(2 * widthPx, MAX_SHEET_PIXELS / ratio));
    this.#sheetPixel = pixel;
    this.#pen = this.sheet.size(this.#sheetPx, heightPx, ratio);
    if (this.#pen !== null) prepare(this.#pen, look);
    this.#painted.clear();
  }

  #paintNew(pen: P, rows: readonly Row[], span: TimeSpan, look: Look): void {
    const progressOf = ({ lane }: Row): Progress => this.#painted.get(lane) ?? NOTHING;
    const looseCount = rows.reduce((sum, row) => sum + settledCount(row.lane, progressOf(row)), 0);
    if (this.#painted.size > 0 && looseCount <= this.maxLoose) return;
    for (const row of rows) {
      const options = { from: progressOf(row), until: 'settled' } as const;
      this.#painted.set(row.lane, drawContents(pen, row, span, look, options));
    }
  }
}

function drawLeft(pen: Pen, row: Row, view: View, look: Look, from: Progress): void {
  drawContents(pen, row, view, look, { from, until: 'all' });
}

function pixelOf({ fromMs, toMs, widthPx }: View, ratio: number): number {
  return Math.floor((fromMs / (toMs - fromMs)) * widthPx * ratio);
}
