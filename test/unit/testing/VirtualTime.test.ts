import { interval, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';

describe('VirtualTime', () => {
  it('runs earlier actions first, and actions of the same time in the order in which they were scheduled', () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    time.schedule(() => seen.push('late'), 5);
    for (const name of ['a', 'b', 'c']) time.schedule(() => seen.push(name), 1);
    time.schedule(() => seen.push('now'));

    expect(time.flush()).toBe(5);
    expect(seen).toEqual(['now', 'a', 'b', 'c', 'late']);
  });

  it('runs ten thousand actions of random times in order', () => {
    const time = new VirtualTime();
    const seen: number[] = [];
    for (let at = 0; at < 10_000; at += 1) {
      time.schedule(() => seen.push(time.elapsedMs), (at * 7919) % 1_009);
    }
    time.flush();

    expect(seen).toHaveLength(10_000);
    expect(seen).toEqual([...seen].sort((left, right) => left - right));
  });

  it('neither runs nor counts cancelled actions, in a view too', () => {
    const time = new VirtualTime();
    const view = time.view();
    const seen: number[] = [];
    const actions = Array.from({ length: 1_000 }, (_, at) =>
      view.schedule(() => seen.push(at), at),
    );
    for (const action of actions.slice(10)) action.unsubscribe();

    expect([time.pendingCount, view.pendingCount]).toEqual([10, 10]);
    time.flush();
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([time.pendingCount, view.pendingCount]).toEqual([0, 0]);
  });

  it('drives operators of RxJS, also repeating ones', () => {
    const time = new VirtualTime();
    const seen: number[] = [];
    interval(10, time)
      .pipe(take(3))
      .subscribe(() => seen.push(time.elapsedMs));
    time.flush();

    expect(seen).toEqual([10, 20, 30]);
    expect(time.pendingCount).toBe(0);
  });

  it('sets the wall clock without moving a timer', () => {
    const time = new VirtualTime(100);
    const seen: number[] = [];
    timer(50, time).subscribe(() => seen.push(time.elapsedMs, time.now()));
    time.shiftClock(-1_000);
    time.flush();

    expect(seen).toEqual([150, -850]);
  });

  it('fires a timer that is too long for Node after a millisecond, as Node does', () => {
    const time = new VirtualTime();
    time.schedule(() => undefined, 2 ** 31);

    expect(time.nextDueMs).toBe(1);
  });
});
