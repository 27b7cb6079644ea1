import { NEVER, of, Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { createStreamSemaphore } from '../../../src/pipeline/reload/createStreamSemaphore.js';

it('runs so many subscriptions at a time and starts the others in order', () => {
  const turns = new VirtualTimeScheduler();
  const withPermit = createStreamSemaphore(2, turns);
  const works = [0, 1, 2, 3].map(() => new Subject<void>());
  const running = () => works.map(({ observed }) => observed);
  for (const work of works) work.pipe(withPermit()).subscribe({ error: () => undefined });

  expect(running()).toEqual([true, true, false, false]);
  works[0]?.complete();
  expect(running()).toEqual([false, true, false, false]); // the next one starts in a later turn
  turns.flush();
  expect(running()).toEqual([false, true, true, false]);
  works[1]?.error(new Error('boom'));
  turns.flush();
  expect(running()).toEqual([false, false, true, true]);
});

it('starts synchronous work without a wait', () => {
  const withPermit = createStreamSemaphore(1);
  const seen: number[] = [];
  for (const n of [1, 2, 3])
    of(n)
      .pipe(withPermit())
      .subscribe((value) => seen.push(value));

  expect(seen).toEqual([1, 2, 3]);
});

it('gives a freed permit to the one that waited, not to a newcomer', () => {
  const turns = new VirtualTimeScheduler();
  const withPermit = createStreamSemaphore(1, turns);
  const [waiting, newcomer] = [new Subject<void>(), new Subject<void>()];
  const holder = NEVER.pipe(withPermit()).subscribe();
  waiting.pipe(withPermit()).subscribe();
  holder.unsubscribe();
  newcomer.pipe(withPermit()).subscribe();
  turns.flush();

  expect([waiting.observed, newcomer.observed]).toEqual([true, false]);
});

it('forgets a subscription that leaves the queue, also just before it would start', () => {
  const turns = new VirtualTimeScheduler();
  const withPermit = createStreamSemaphore(1, turns);
  const last = new Subject<void>();
  const holder = NEVER.pipe(withPermit()).subscribe();
  const leaver = NEVER.pipe(withPermit()).subscribe();
  const lateLeaver = NEVER.pipe(withPermit()).subscribe();
  last.pipe(withPermit()).subscribe();

  leaver.unsubscribe();
  holder.unsubscribe();
  lateLeaver.unsubscribe();
  turns.flush();

  expect(last.observed).toBe(true);
});
