import { Observable, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { WorkDeadline } from '../../../src/sinks/effects/WorkDeadline.js';

const LIMIT_MS = 100;

/** Does things at given times of one reload, and returns when it ended and how. */
function run(
  ...acts: readonly (readonly [atMs: number, act: 'wait' | 'go' | 'answer' | 'leave'])[]
) {
  const scheduler = new VirtualTimeScheduler();
  const deadline = new WorkDeadline(LIMIT_MS, scheduler);
  const goes: (() => void)[] = [];
  let answer = () => {};
  const log: string[] = [];
  const tell = (what: string) => log.push(`${what} at ${scheduler.now()}`);
  const subscription = new Observable<string>((subscriber) => {
    answer = () => subscriber.next('answer');
    return () => tell('ended');
  })
    .pipe(deadline.limit(() => 'late'))
    .subscribe({ next: tell, error: tell });
  for (const [atMs, act] of acts) {
    scheduler.schedule(() => {
      if (act === 'wait') goes.push(deadline.onWait());
      if (act === 'go') goes.shift()?.();
      if (act === 'answer') answer();
      if (act === 'leave') subscription.unsubscribe();
    }, atMs);
  }
  scheduler.flush();
  return log;
}

describe('the deadline of a reload', () => {
  it('passes after its limit of work, and ends the reload', () => {
    expect(run()).toEqual(['ended at 100', 'late at 100']);
  });

  it('stands still during each wait, however long, and counts the work before, between and after', () => {
    expect(run([30, 'wait'], [5_000, 'go'], [5_050, 'wait'], [9_000, 'go'])).toEqual([
      'ended at 9020',
      'late at 9020',
    ]);
    expect(run([0, 'wait'], [5_000, 'go'], [5_099, 'answer'])).toEqual(['answer at 5099']);
  });

  it('stands still until the last of several waits is over', () => {
    expect(run([10, 'wait'], [20, 'wait'], [1_000, 'go'], [2_000, 'go'])).toEqual([
      'ended at 2090',
      'late at 2090',
    ]);
  });

  it('is over with the first answer, and when nobody waits any more', () => {
    expect(run([99, 'answer'])).toEqual(['answer at 99']);
    expect(run([10, 'wait'], [20, 'leave'], [30, 'go'])).toEqual(['ended at 20']);
  });
});
