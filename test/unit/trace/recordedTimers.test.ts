import { interval, type SchedulerLike, take, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { RecordingBoundary } from '../../../src/pipeline/record/RecordingBoundary.js';
import { Redactor } from '../../../src/pipeline/record/Redactor.js';

test('a timer fires with its own state, in its beat, also where the scheduler loses the state', () => {
  const time = new VirtualTimeScheduler();
  // As some wrappers are: they pass on the work and the delay.
  const clock: SchedulerLike = {
    now: () => time.now(),
    schedule: (work, delayMs) => time.schedule(work as never, delayMs),
  };
  const fired: unknown[] = [];
  const { scheduler } = new RecordingBoundary({
    ...{ clock, startMs: 0, hide: new Redactor({ level: 'none', root: '/', salt: '' }) },
    write: (record) => fired.push([record.k, time.now()]),
  });
  scheduler.schedule((state) => fired.push([state, time.now()]), 5, 'state');
  const ended = scheduler.schedule(() => fired.push('never'), 6);
  ended.unsubscribe();
  interval(10, scheduler)
    .pipe(take(2))
    .subscribe((at) => fired.push([at, time.now()]));
  time.flush();

  expect(ended.closed).toBe(true);
  expect(fired).toEqual([
    ['fire', 5],
    ['state', 5],
    ['fire', 10],
    [0, 10],
    ['fire', 20],
    [1, 20],
  ]);
});
