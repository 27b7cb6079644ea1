import { debounceTime, Subject, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type {
  DebounceAdaptiveConfig,
  DebounceView,
} from '../../../src/operators/debounce/DebounceAdaptiveConfig.js';
import { debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';

const hourMs = 3_600_000;

/** Timers run on virtual time; the wall clock can be set apart from them. */
class WallClock extends VirtualTimeScheduler {
  skewMs = 0;
  constructor() {
    super(VirtualAction);
    this.now = () => this.frame + this.skewMs;
  }
}

it('throws for options out of range when it is called, not on the first value', () => {
  expect(() => debounceAdaptive({ minMs: 300, maxMs: 100 })).toThrow(
    'debounceAdaptive: maxMs (100) is less than minMs (300)',
  );
  expect(() => debounceAdaptive(-1)).toThrow('debounceAdaptive: minMs (-1) is less than 0');
});

describe('a wall clock that steps back in a window (rxjs#6874)', () => {
  const emissionsMs = (
    operator: (clock: WallClock) => ReturnType<typeof debounceTime<string>>,
    backMs: number,
  ): number[] => {
    const clock = new WallClock();
    const source = new Subject<string>();
    const seen: number[] = [];
    source.pipe(operator(clock)).subscribe(() => seen.push(clock.frame));
    clock.schedule(() => source.next('a'), 0);
    clock.schedule(() => source.next('b'), 10);
    clock.schedule(() => (clock.skewMs -= backMs), 20);
    clock.maxFrames = 10_000;
    clock.flush();
    return seen;
  };

  it('stalls debounceTime', () => {
    expect(emissionsMs((clock) => debounceTime(30, clock), hourMs)).toEqual([]);
  });

  // A step back by less than the time since the last value looks like time that has not passed yet, so it is waited for.
  it.each([
    [0, 40],
    [1, 41],
    [20, 60],
    [21, 40],
    [1000, 40],
    [hourMs, 40],
    [87_600 * hourMs, 40],
  ])('by %d ms lets it emit at %d ms', (backMs, atMs) => {
    const operator = (scheduler: WallClock) => debounceAdaptive<string>({ minMs: 30, scheduler });
    expect(emissionsMs(operator, backMs)).toEqual([atMs]);
  });

  it('before a value does not move the end of its window', () => {
    const clock = new WallClock();
    const source = new Subject<string>();
    const seen: number[] = [];
    const reader = debounceAdaptive<string>({
      minMs: 30,
      maxMs: 40,
      maxWaitMs: 60,
      scheduler: clock,
    });
    source.pipe(reader).subscribe(() => seen.push(clock.frame));
    for (let atMs = 0; atMs < 200; atMs += 10) clock.schedule(() => source.next('a'), atMs);
    clock.schedule(() => (clock.skewMs -= hourMs), 15);
    clock.maxFrames = 145;
    clock.flush();

    expect(seen).toEqual([70, 140]);
  });
});

describe('a source that is never quiet', () => {
  const emissions = (
    operator: (clock: VirtualTimeScheduler) => ReturnType<typeof debounceTime<number>>,
  ): number[] => {
    const clock = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(operator(clock)).subscribe(() => seen.push(clock.frame));
    for (let i = 0; i < 80; i++) clock.schedule(() => source.next(i), i * 5);
    clock.maxFrames = 400;
    clock.flush();
    return seen;
  };

  it('starves debounceTime', () => {
    expect(emissions((clock) => debounceTime(20, clock))).toEqual([]);
  });

  it('is emitted every maxWaitMs', () => {
    const operator = (scheduler: VirtualTimeScheduler) =>
      debounceAdaptive<number>({ minMs: 20, maxWaitMs: 100, scheduler });
    expect(emissions(operator)).toEqual([100, 205, 310]);
  });

  it('is emitted within 10 * maxMs when the window adapts', () => {
    const operator = (scheduler: VirtualTimeScheduler) =>
      debounceAdaptive<number>({ minMs: 10, maxMs: 20, scheduler });
    expect(emissions(operator)).toEqual([200]);
  });
});

describe('the view of a window', () => {
  /** Values at these times; what is emitted, when, and why the window closed by then. */
  const windows = (
    atMs: readonly number[],
    config: Partial<DebounceAdaptiveConfig<number>>,
    drive: (clock: VirtualTimeScheduler, source: Subject<number>) => void = () => undefined,
  ) => {
    const clock = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<number>();
    const seen: unknown[] = [];
    let view: DebounceView | undefined;
    const operator = debounceAdaptive<number>({
      ...{ minMs: 20, scheduler: clock, ...config },
      view: (given) => (view = given),
    });
    source.pipe(operator).subscribe((value) => seen.push([clock.frame, value, view?.closedBy]));
    expect(view?.closedBy).toBeUndefined();
    for (const [index, ms] of atMs.entries()) clock.schedule(() => source.next(index), ms);
    drive(clock, source);
    clock.flush();
    return { seen, view };
  };

  it('says why the last one closed, before its value is emitted', () => {
    expect(windows([0, 5], {}).seen).toEqual([[25, 1, 'quiet']]);
    expect(windows([0, 5], { maxCount: 2 }).seen).toEqual([[5, 1, 'maxCount']]);
    expect(windows([0, 15, 30], { maxWaitMs: 40 }).seen).toEqual([[40, 2, 'maxWait']]);
    expect(windows([0, 5], { leading: true }).seen).toEqual([
      [0, 0, 'leading'],
      [25, 1, 'quiet'],
    ]);
    const complete = (clock: VirtualTimeScheduler, source: Subject<number>) =>
      void clock.schedule(() => source.complete(), 10);
    expect(windows([0, 5], {}, complete).seen).toEqual([[10, 1, 'flush']]);
    const flush$ = new Subject<void>();
    const flush = (clock: VirtualTimeScheduler) => void clock.schedule(() => flush$.next(), 10);
    expect(windows([0, 5], { flush$ }, flush).seen).toEqual([[10, 1, 'flush']]);
  });

  it('emits at once what is due when the work ends, and says which limit it had reached', () => {
    const busy = (untilMs: number) => {
      const busy$ = new Subject<boolean>();
      const drive = (clock: VirtualTimeScheduler) => {
        busy$.next(true);
        clock.schedule(() => busy$.next(false), untilMs);
      };
      return { busy$, drive };
    };
    const full = busy(6);
    expect(windows([0, 5], { busy$: full.busy$, maxCount: 2 }, full.drive).seen).toEqual([
      [6, 1, 'maxCount'],
    ]);
    const quiet = busy(60);
    expect(windows([0, 5], { busy$: quiet.busy$ }, quiet.drive).seen).toEqual([[60, 1, 'quiet']]);
    const early = busy(10);
    expect(windows([0, 5], { busy$: early.busy$ }, early.drive).seen).toEqual([[25, 1, 'quiet']]);
  });

  it('shows the window, its floor, the pressure and what is held', () => {
    const shown: unknown[] = [];
    let view: DebounceView | undefined;
    const clock = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<number>();
    const reader = debounceAdaptive<number>({
      ...{ minMs: 20, maxMs: 40, scheduler: clock },
      view: (given) => (view = given),
    });
    source.pipe(reader).subscribe();
    source.next(1);
    source.next(2);
    shown.push(view?.windowMs, view?.floorMs, view?.count, (view?.pressure ?? 0) > 0);
    clock.flush();
    expect([...shown, view?.count]).toEqual([20, 20, 2, true, 0]);
  });
});

it('takes the newest value where `reduce` is there and undefined', () => {
  const clock = new VirtualTimeScheduler(VirtualAction);
  const source = new Subject<number>();
  const seen: unknown[] = [];
  const config = Object.assign({ minMs: 5, scheduler: clock }, { reduce: undefined });
  source.pipe(debounceAdaptive(config)).subscribe((value) => seen.push(value));
  source.next(1);
  source.next(2);
  clock.flush();
  expect(seen).toEqual([2]);
});
