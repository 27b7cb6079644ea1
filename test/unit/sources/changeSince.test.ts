import { expect, it } from 'vitest';
import { changeSince } from '../../../src/sources/disk/changeSince.js';
import { WallClock } from '../../../src/sources/disk/WallClock.js';

const sinceMs = 1_700_000_000_500;
const wall = { nowMs: sinceMs + 3_000.5, setBackMs: 0 };
const told = (mtimeMs: number, ctimeMs: number, now = wall) =>
  changeSince({ mtimeMs, ctimeMs }, sinceMs, now);

it('tells what was changed before a moment, since, or so near to it that clocks do not tell', () => {
  expect(told(sinceMs - 50_000.5, sinceMs - 40.5)).toBe('before');
  expect(told(sinceMs - 50_000.5, sinceMs + 40.5)).toBe('since');
  expect(told(sinceMs + 40.5, sinceMs - 50_000.5)).toBe('since');
  expect(told(sinceMs - 50_000.5, sinceMs - 10.5)).toBe('unclear');
  expect(told(sinceMs - 50_000.5, sinceMs + 10.5)).toBe('unclear');
});

it('allows for times in whole seconds, as FAT and some others have them', () => {
  const second = 1_700_000_000_000;
  expect(told(second, second)).toBe('unclear');
  expect(told(second - 1_000, second - 1_000)).toBe('unclear');
  expect(told(second - 2_000, second - 2_000)).toBe('before');
});

it('takes a time that has not come yet for no proof', () => {
  expect(told(wall.nowMs + 86_400_000.5, sinceMs - 50_000.5)).toBe('unclear');
  expect(told(wall.nowMs + 86_400_000.5, sinceMs + 100.5)).toBe('since');
});

it('tells nothing for sure of times for as long as the clock was set back', () => {
  const hourMs = 3_600_000;
  const setBack = { nowMs: wall.nowMs - hourMs, setBackMs: hourMs };
  expect(told(sinceMs - 1_000_000.5, sinceMs - 1_000_000.5, setBack)).toBe('unclear');
  expect(told(sinceMs - hourMs - 100.5, sinceMs - hourMs - 100.5, setBack)).toBe('before');
  expect(told(sinceMs + 100.5, sinceMs + 100.5, setBack)).toBe('since');
});

it('sees how far the wall clock was set back at most, and not that time passes', () => {
  let [nowMs, stampMs] = [0, 1_000_000];
  const clock = new WallClock({ nowMs: () => nowMs, stampMs: () => stampMs });
  const pass = (ms: number, setMs = 0) => {
    nowMs += ms;
    stampMs += ms + setMs;
    return clock.read();
  };
  expect(clock.read()).toEqual({ nowMs: 1_000_000, setBackMs: 0 });
  expect(pass(500)).toEqual({ nowMs: 1_000_500, setBackMs: 0 });
  expect(pass(500, -300).setBackMs).toBe(300);
  expect(pass(500).setBackMs).toBe(300);
  // Ahead again: a file may have been written in between.
  expect(pass(500, 300).setBackMs).toBe(300);
});
