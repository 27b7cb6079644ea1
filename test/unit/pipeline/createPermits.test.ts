import { NEVER, of, Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { createPermits } from '../../../src/pipeline/reload/createPermits.js';

it('lets so many through at a time, the others in their order', () => {
  const turns = new VirtualTimeScheduler();
  const permit = createPermits(2, turns);
  const works = [0, 1, 2, 3].map(() => new Subject<void>());
  const running = () => works.map(({ observed }) => observed);
  for (const work of works) work.pipe(permit()).subscribe({ error: () => undefined });

  expect(running()).toEqual([true, true, false, false]);
  works[0]?.complete();
  expect(running()).toEqual([false, true, false, false]); // the next starts in a turn of its own
  turns.flush();
  expect(running()).toEqual([false, true, true, false]);
  works[1]?.error(new Error('boom'));
  turns.flush();
  expect(running()).toEqual([false, false, true, true]);
});

it('lets work that ends at once through without a wait', () => {
  const permit = createPermits(1);
  const seen: number[] = [];
  for (const n of [1, 2, 3])
    of(n)
      .pipe(permit())
      .subscribe((value) => seen.push(value));

  expect(seen).toEqual([1, 2, 3]);
});

it('lets no newcomer pass who has waited', () => {
  const turns = new VirtualTimeScheduler();
  const permit = createPermits(1, turns);
  const [waiting, newcomer] = [new Subject<void>(), new Subject<void>()];
  const holder = NEVER.pipe(permit()).subscribe();
  waiting.pipe(permit()).subscribe();
  holder.unsubscribe();
  newcomer.pipe(permit()).subscribe();
  turns.flush();

  expect([waiting.observed, newcomer.observed]).toEqual([true, false]);
});

it('forgets who leaves the queue, also in the turn before its start', () => {
  const turns = new VirtualTimeScheduler();
  const permit = createPermits(1, turns);
  const last = new Subject<void>();
  const holder = NEVER.pipe(permit()).subscribe();
  const leaver = NEVER.pipe(permit()).subscribe();
  const lateLeaver = NEVER.pipe(permit()).subscribe();
  last.pipe(permit()).subscribe();

  leaver.unsubscribe();
  holder.unsubscribe();
  lateLeaver.unsubscribe();
  turns.flush();

  expect(last.observed).toBe(true);
});
