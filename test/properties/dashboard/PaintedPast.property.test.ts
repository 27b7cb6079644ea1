import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lanes } from '../../../src/dashboard/lanes/Lanes.js';
import { ROW_PX, type View } from '../../../src/dashboard/page/drawLanes.js';
import type { Look, Pen } from '../../../src/dashboard/page/drawMark.js';
import { PaintedPast, type Sheet } from '../../../src/dashboard/page/PaintedPast.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';

const look: Look = {
  of: { good: 'good', bad: 'bad', notice: 'notice', busy: 'busy', quiet: 'quiet' },
  ...{ text: 'text', faint: 'faint', line: 'line', card: 'card', font: '11px mono' },
};

/** Something that was drawn: its points, in the order in which they were given. */
interface Shape {
  readonly how: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Notes what is drawn with it. */
class NotingPen implements Pen {
  fillStyle: unknown = '';
  strokeStyle: unknown = '';
  font = '';
  textBaseline = '';
  lineWidth = 0;
  globalAlpha = 1;
  shapes: Shape[] = [];
  #paths: { how: string; points: [number, number][] }[] = [];
  #dash = '';

  beginPath = () => void (this.#paths = []);
  closePath = () => this.#extend('closed');
  moveTo = (x: number, y: number) => void this.#paths.push({ how: '', points: [[x, y]] });
  lineTo = (x: number, y: number) => this.#paths.at(-1)?.points.push([x, y]);
  arc = (x: number, y: number, radius: number) =>
    void this.#paths.push({ how: `arc ${radius}`, points: [[x, y]] });
  fill = () => this.#draw(`fill ${this.fillStyle}`);
  stroke = () => this.#draw(`stroke ${this.strokeStyle} ${this.#dash}`);
  setLineDash = (lengths: number[]) => void (this.#dash = lengths.join(' '));
  fillRect = (x: number, y: number, width: number, height: number) =>
    this.#rect(`fillRect ${this.fillStyle}`, x, y, width, height);
  strokeRect = (x: number, y: number, width: number, height: number) =>
    this.#rect(`strokeRect ${this.strokeStyle}`, x, y, width, height);
  clearRect = () => void (this.shapes = []);
  fillText = (text: string, x: number, y: number) =>
    void this.shapes.push({ how: `text ${text}`, points: [[x, y]] });
  measureText = (text: string) => ({ width: text.length * 6 });

  #extend(how: string): void {
    const last = this.#paths.at(-1);
    if (last !== undefined) last.how += how;
  }

  #draw(how: string): void {
    for (const path of this.#paths)
      this.shapes.push({ how: `${how} ${path.how}`, points: path.points });
  }

  #rect(how: string, x: number, y: number, width: number, height: number): void {
    const points = [
      [x, y],
      [x + width, y + height],
    ] as const;
    this.shapes.push({ how, points });
  }
}

class NotingSheet implements Sheet<NotingPen> {
  readonly pen = new NotingPen();
  sizes = 0;
  copies = 0;
  #widthPx = 0;

  size(widthPx: number): NotingPen {
    this.sizes += 1;
    this.#widthPx = widthPx;
    this.pen.shapes = [];
    return this.pen;
  }

  copyTo(pen: NotingPen, xPx: number): void {
    this.copies += 1;
    for (const { how, points } of this.pen.shapes) {
      // What is beyond its edge is not on it.
      if (Math.min(...points.map(([x]) => x)) > this.#widthPx) continue;
      pen.shapes.push({ how, points: points.map(([x, y]) => [x + xPx, y] as const) });
    }
  }
}

/** Without a sheet, all is drawn directly. */
const NO_SHEET: Sheet<NotingPen> = { size: () => null, copyTo: () => undefined };

const WIDTH_PX = 1_024;
/** What reaches over an edge is cut there; what has its middle near one is drawn by one way and not by the other. */
const EDGE_PX = 12;

/** What is seen of a row, without texts: marks in their order, ribbons in any. */
function seen({ shapes }: NotingPen, row: number, topPx: number) {
  const top = row * ROW_PX - topPx;
  const own = shapes.filter(
    ({ how, points: [[, y] = [0, 0]] }) => !how.startsWith('text') && y >= top && y < top + ROW_PX,
  );
  const cut = own.flatMap(({ how, points }) => {
    const xs = points.map(([x]) => x);
    const isBar = how.startsWith('fillRect') || how.includes('Rect') || how.includes('3 3');
    const isShown = isBar
      ? Math.max(...xs) > EDGE_PX && Math.min(...xs) < WIDTH_PX - EDGE_PX
      : Math.min(...xs) > EDGE_PX && Math.max(...xs) < WIDTH_PX - EDGE_PX;
    const within = (x: number) => Math.min(WIDTH_PX, Math.max(0, x));
    return isShown ? [`${how} ${points.map(([x, y]) => `${within(x)},${y - top}`).join(' ')}`] : [];
  });
  const isRibbon = (text: string) => Number(/,([\d.]+)/.exec(text)?.[1]) >= ROW_PX - 7;
  return {
    marks: cut.filter((text) => !isRibbon(text)),
    ribbons: cut.filter(isRibbon).sort(),
  };
}

/** Labels of a row that lie on each other. */
function overlaps({ shapes }: NotingPen, row: number, topPx: number): readonly string[] {
  const labelPx = row * ROW_PX - topPx + 21;
  const labels = shapes
    .filter(({ how, points: [[, y] = [0, 0]] }) => how.startsWith('text') && y === labelPx)
    .map(({ how, points: [[x] = [0]] }) => ({ how, from: x, to: x + (how.length - 5) * 6 }))
    .sort((a, b) => a.from - b.from);
  return labels.flatMap(({ how, from }, at) => {
    const before = labels[at - 1];
    return before !== undefined && before.to > from ? [`${before.how} and ${how}`] : [];
  });
}

const happening = fc.record({
  plugin: fc.constantFrom('a', 'b', 'c'),
  gapMs: fc.nat(20),
  what: fc.constantFrom('save', 'start', 'live', 'fail', 'retry', 'open', 'closed', 'back', 'same'),
  lengthMs: fc.nat(300),
});

function eventOf(
  { plugin, what, lengthMs }: typeof happening extends fc.Arbitrary<infer A> ? A : never,
  atMs: number,
): ReloadEvent {
  const at = { v: 1, i: 0, atMs, plugin } as const;
  switch (what) {
    case 'save':
      return {
        ...{ ...at, _tag: 'ChangeDetected', paths: ['x.ts'], windowMs: 20 },
        ...{ firstAtMs: atMs - 30, lastAtMs: atMs - 10, count: 2 },
      };
    case 'start':
      return { ...at, _tag: 'ReloadStarted', attempt: 1 };
    case 'live':
      return { ...at, _tag: 'Reloaded', from: 1, to: lengthMs, stageMs: {} };
    case 'fail':
      return {
        ...{ ...at, _tag: 'ReloadFailed', stillServing: null, willRetry: false },
        error: { _tag: 'TimedOut', plugin, message: 'slow', timeoutMs: 1 } as never,
      };
    case 'retry':
      return { ...at, _tag: 'RetryScheduled', attempt: 1, delayMs: lengthMs } as ReloadEvent;
    case 'open':
    case 'closed':
      return {
        ...{ ...at, _tag: 'BreakerChanged', from: 'closed', to: what, reason: '' },
        retryAtMs: null,
      } as ReloadEvent;
    case 'back':
      return { ...at, _tag: 'RolledBack', from: 2, to: 1, reason: 'x' } as unknown as ReloadEvent;
    case 'same':
      return { ...at, _tag: 'Unchanged' } as ReloadEvent;
  }
}

const step = fc.record({
  events: fc.array(happening, { maxLength: 6 }),
  waitMs: fc.nat(60),
  look: fc.oneof(
    { weight: 40, arbitrary: fc.constant({ kind: 'follow' as const, by: 0 }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('zoom' as const), by: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), by: fc.nat(3_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('scroll' as const), by: fc.nat(60) }) },
  ),
});

describe('PaintedPast', () => {
  it('shows in each picture what drawing it whole would show', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 30, maxLength: 60 }),
        fc.constantFrom(1, 2),
        fc.constantFrom(5, 50, 50_000),
        fc.constantFrom(0, 10, 200),
        (steps, ratio, maxMarks, maxLoose) => {
          const lanes = new Lanes(maxMarks);
          const [sheet, pen, wholePen] = [new NotingSheet(), new NotingPen(), new NotingPen()];
          const past = new PaintedPast(sheet, maxLoose);
          const whole = new PaintedPast(NO_SHEET);
          let [nowMs, spanMs, topPx] = [10_000, 512, 0];
          for (const { events, waitMs, look: way } of steps) {
            for (const one of events) {
              nowMs += one.gapMs;
              lanes.add(eventOf(one, nowMs));
            }
            nowMs += waitMs;
            // Pixels and milliseconds that binary fractions hold, so that both ways compute the same.
            if (way.kind === 'zoom') spanMs = 128 * 2 ** way.by;
            if (way.kind === 'scroll') topPx = way.by;
            const toMs = nowMs - (way.kind === 'stop' ? way.by : 0);
            const view: View = {
              ...{ fromMs: toMs - spanMs, toMs, widthPx: WIDTH_PX, heightPx: 3 * ROW_PX, topPx },
              ...{ selected: 'a', range: undefined },
            };
            past.draw(pen, lanes.all(), view, look, ratio);
            whole.draw(wholePen, lanes.all(), view, look, ratio);
            for (let row = 0; row < 5; row += 1) {
              const [own, wanted] = [seen(pen, row, topPx), seen(wholePen, row, topPx)];
              // What a lane has dropped meanwhile may still be on the sheet.
              if (maxMarks < 300) expect(own.marks).toEqual(expect.arrayContaining(wanted.marks));
              else expect(own.marks).toEqual(wanted.marks);
              expect(own.ribbons).toEqual(wanted.ribbons);
              expect(overlaps(pen, row, topPx)).toEqual([]);
            }
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('draws what was painted only once, however many there are', () => {
    const lanes = new Lanes();
    for (let at = 0; at < 3_000; at += 1)
      lanes.add(eventOf({ plugin: 'a', gapMs: 0, what: 'live', lengthMs: at }, at));
    const [sheet, pen] = [new NotingSheet(), new NotingPen()];
    const past = new PaintedPast(sheet);
    const drawnIn = (toMs: number): number => {
      const before = sheet.pen.shapes.length;
      const copied = sheet.copies;
      past.draw(
        pen,
        lanes.all(),
        {
          ...{ fromMs: toMs - 4_000, toMs, widthPx: WIDTH_PX, heightPx: ROW_PX, topPx: 0 },
          ...{ selected: undefined, range: undefined },
        },
        look,
        1,
      );
      const isCopied = sheet.copies > copied;
      const painted = sheet.pen.shapes.length - before;
      return pen.shapes.length - (isCopied ? sheet.pen.shapes.length : 0) + painted;
    };
    expect(drawnIn(4_000)).toBeGreaterThan(3_000);
    expect(drawnIn(4_000)).toBeGreaterThan(3_000);
    for (let at = 0; at < 100; at += 1) {
      lanes.add(eventOf({ plugin: 'a', gapMs: 0, what: 'live', lengthMs: at }, 4_000 + at * 10));
      expect(drawnIn(4_000 + at * 10)).toBeLessThan(300);
    }
    expect(sheet.sizes).toBe(1);
  });

  it('says when a picture would be another one', () => {
    const past = new PaintedPast(new NotingSheet());
    const view = (toMs: number): View => ({
      ...{ fromMs: toMs - 1_000, toMs, widthPx: 100, heightPx: 10, topPx: 0 },
      ...{ selected: undefined, range: undefined },
    });
    expect(past.hasMoved(view(5_000), 1)).toBe(true);
    past.draw(new NotingPen(), [], view(5_000), look, 1);
    expect(past.hasMoved(view(5_009), 1)).toBe(false);
    expect(past.hasMoved(view(5_010), 1)).toBe(true);
    expect(past.hasMoved(view(4_999), 1)).toBe(true);
  });
});
