import { describe, expect, it } from 'vitest';
import { type Activity, IdleWatch, type Watched } from '../../../src/policies/IdleWatch.js';

class Key implements Watched<Key> {
  sinceMs = 0;
  older: Key | undefined = undefined;
  newer: Key | undefined = undefined;
  activity: Activity | undefined = undefined;
  constructor(readonly name: string) {}
}
const names = (keys: readonly Key[]): string => keys.map(({ name }) => name).join('');

const watchThree = (idleMs: number) => {
  const idle = new IdleWatch<Key>(idleMs);
  const [a, b, c] = [new Key('a'), new Key('b'), new Key('c')] as const;
  return { idle, a, b, c };
};

describe('IdleWatch', () => {
  it('returns who is idle, longest first, and stops watching them', () => {
    const { idle, a, b, c } = watchThree(10);
    idle.touch(a, 'resting', 100);
    idle.touch(b, 'resting', 103);
    idle.touch(c, 'resting', 103);
    expect(idle.nextTickMs(103)).toBe(7);
    expect(names(idle.tick(110))).toBe('a');
    expect(a.activity).toBeUndefined();
    expect(idle.nextTickMs(110)).toBe(3);
    expect(names(idle.tick(113))).toBe('bc');
    expect(idle.nextTickMs(113)).toBeUndefined();
  });

  it('counts from the last touch', () => {
    const { idle, a, b, c } = watchThree(10);
    for (const key of [a, b, c]) idle.touch(key, 'resting', 0);
    idle.touch(b, 'resting', 5); // from the middle of the queue
    idle.touch(a, 'resting', 6); // from its front
    idle.touch(a, 'resting', 7); // from its end
    expect(idle.nextTickMs(7)).toBe(3);
    expect(names(idle.tick(10))).toBe('c');
    expect(idle.nextTickMs(10)).toBe(5);
    expect(names(idle.tick(15))).toBe('b');
    expect(idle.nextTickMs(15)).toBe(2);
    expect(names(idle.tick(17))).toBe('a');
  });

  it('gives ten times as long to one that works, with ticks in between', () => {
    const { idle, a, b } = watchThree(10);
    idle.touch(a, 'working', 0);
    const ticksMs: number[] = [];
    let nowMs = 0;
    let due: readonly Key[] = [];
    while (due.length === 0) {
      nowMs += idle.nextTickMs(nowMs)!;
      ticksMs.push(nowMs);
      due = idle.tick(nowMs);
      if (nowMs === 50) idle.touch(b, 'resting', nowMs);
      if (due.includes(b)) due = [];
    }
    expect(ticksMs).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(names(due)).toBe('a');
  });

  it('stops watching what it is told to forget, once or more', () => {
    const { idle, a, b } = watchThree(10);
    idle.touch(a, 'resting', 0);
    idle.touch(b, 'working', 0);
    idle.forget(a);
    idle.forget(a);
    idle.forget(b);
    expect(idle.nextTickMs(0)).toBeUndefined();
  });

  it('moves one that has answered to the resting ones', () => {
    const { idle, a } = watchThree(10);
    idle.touch(a, 'working', 0);
    idle.touch(a, 'resting', 2);
    expect(idle.nextTickMs(2)).toBe(10);
    expect(names(idle.tick(12))).toBe('a');
  });

  it('does not move one that is touched again within 1/256 of idleMs, and frees it that much sooner', () => {
    const { idle, a } = watchThree(2560);
    idle.touch(a, 'resting', 0);
    idle.touch(a, 'resting', 10);
    expect(a.sinceMs).toBe(0);
    idle.touch(a, 'resting', 11);
    expect(a.sinceMs).toBe(11);
  });

  it('trusts the timer, and not a clock that jumps', () => {
    const { idle, a, b } = watchThree(10);
    idle.touch(a, 'resting', 1000);
    expect(idle.nextTickMs(1000)).toBe(10);
    idle.touch(b, 'resting', 9_000_000);
    expect(names(idle.tick(9_000_000))).toBe('a');
    expect(idle.nextTickMs(9_000_000)).toBe(10);
    expect(names(idle.tick(-5_000_000))).toBe('b');
  });
});
