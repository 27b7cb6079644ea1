import { describe, expect, it } from 'vitest';
import { QuietWindow } from '../../../src/policies/debounce/QuietWindow.js';

const open = (): QuietWindow => new QuietWindow({ minMs: 20, maxMs: 400, maxWaitMs: 4000 });

/** A burst of one value at `atMs`, flushed in quiet. Returns what the value did. */
const burst = (quiet: QuietWindow, atMs: number): string => {
  const arrival = quiet.arrive(atMs);
  quiet.isOpen = false;
  quiet.flush(atMs + quiet.windowMs, true);
  return arrival;
};

describe('QuietWindow', () => {
  it('counts recent values as pressure, half of it gone after maxMs', () => {
    const quiet = open();
    quiet.arrive(0);
    expect(quiet.pressure).toBe(1);
    quiet.arrive(0);
    expect(quiet.pressure).toBe(2);
    quiet.arrive(400);
    expect(quiet.pressure).toBe(2);
  });

  it('doubles the window with 32 quick values, and again with 512', () => {
    const quiet = open();
    for (let i = 0; i < 32; i++) quiet.arrive(0);
    expect(quiet.windowMs).toBe(40);
    for (let i = 32; i < 512; i++) quiet.arrive(0);
    expect(quiet.windowMs).toBe(80);
  });

  it('stops counting where the window is at maxMs, so that it calms down soon', () => {
    const quiet = new QuietWindow({ minMs: 10, maxMs: 20, maxWaitMs: 200 });
    for (let i = 0; i < 1000; i++) quiet.arrive(0);
    expect(quiet.pressure).toBe(32);
    expect(quiet.windowMs).toBe(20);
  });

  it('grows from a window of 0', () => {
    const quiet = new QuietWindow({ minMs: 0, maxMs: 50, maxWaitMs: 500 });
    for (let i = 0; i < 162; i++) quiet.arrive(0);
    expect(quiet.windowMs).toBe(2);
    quiet.isOpen = false;
    quiet.flush(2, true);
    quiet.arrive(2);
    expect(quiet.floorMs).toBe(3);
  });

  it('regrets a flush when a value comes less than three windows after it', () => {
    const quiet = open();
    expect(burst(quiet, 0)).toBe('opened');
    expect(burst(quiet, 79)).toBe('regretted');
    expect(quiet.floorMs).toBe(99); // 1.25 * 79
  });

  it('does not regret a flush three windows ago', () => {
    const quiet = open();
    burst(quiet, 0);
    expect(burst(quiet, 80)).toBe('opened');
    expect(quiet.floorMs).toBe(20);
  });

  it('doubles the floor at least', () => {
    const quiet = open();
    burst(quiet, 0);
    burst(quiet, 20);
    expect(quiet.floorMs).toBe(40);
  });

  it('lowers the floor by a quarter after a burst without regret', () => {
    const quiet = open();
    burst(quiet, 0);
    burst(quiet, 79);
    burst(quiet, 1000);
    expect(quiet.floorMs).toBe(74);
    burst(quiet, 2000);
    expect(quiet.floorMs).toBe(55);
  });

  it('forgets everything after a quiet of ten times maxMs', () => {
    const quiet = open();
    for (let i = 0; i < 100; i++) quiet.arrive(0);
    quiet.isOpen = false;
    quiet.flush(100, true);
    burst(quiet, 101);
    expect(burst(quiet, 4101)).toBe('opened');
    expect([quiet.windowMs, quiet.floorMs, quiet.pressure]).toEqual([20, 20, 1]);
  });

  it('does not regret a flush that was ordered, and learns nothing from it', () => {
    const quiet = open();
    burst(quiet, 0);
    quiet.arrive(79);
    quiet.isOpen = false;
    quiet.flush(80, false);
    expect(quiet.arrive(81)).toBe('opened');
    expect(quiet.floorMs).toBe(99);
  });

  it('is due after the window, or maxWaitMs after the first held value if that is sooner', () => {
    const quiet = open();
    quiet.arrive(0);
    expect(quiet.remainingMs(5)).toBe(15);
    quiet.arrive(3990);
    expect(quiet.remainingMs(3990)).toBe(10);
    quiet.flush(4000, false);
    expect(quiet.remainingMs(4000)).toBe(3990 + quiet.windowMs - 4000);
  });

  it('moves all its times when the clock steps back', () => {
    const quiet = open();
    burst(quiet, 1000);
    quiet.arrive(1100);
    expect(quiet.arrive(100)).toBe('extended');
    expect(quiet.lastAtMs).toBe(100);
    expect(quiet.heldSinceMs).toBe(100);
    expect(quiet.remainingMs(100)).toBe(quiet.windowMs);
  });

  it('regrets nothing after the clock has stepped back', () => {
    const quiet = open();
    burst(quiet, 1000);
    expect(quiet.arrive(500)).toBe('opened');
    expect(quiet.remainingMs(500)).toBe(quiet.windowMs);
  });

  it('regrets a flush in the millisecond of the next value', () => {
    const quiet = open();
    burst(quiet, 0);
    expect(quiet.arrive(20)).toBe('regretted');
  });

  it('learns nothing when the window is fixed', () => {
    const quiet = new QuietWindow({ minMs: 20, maxMs: 20, maxWaitMs: Infinity });
    for (let i = 0; i < 100; i++) quiet.arrive(0);
    quiet.isOpen = false;
    quiet.flush(20, true);
    expect(quiet.arrive(21)).toBe('opened');
    expect(quiet.windowMs).toBe(20);
  });

  it('uses a chosen window within the bounds', () => {
    const quiet = open();
    quiet.choose(1000);
    expect(quiet.windowMs).toBe(400);
    quiet.choose(-1);
    expect(quiet.windowMs).toBe(20);
  });
});
