import { Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import { type DetectedChange, detectChanges } from '../../../src/pipeline/stream/detectChanges.js';
import { pastWindows } from '../../../src/pipeline/stream/pastWindows.js';

const path = '/p/a/part.ts';
const event = (_tag: 'Created' | 'Deleted', atMs: number): WatchEvent => ({
  ...{ _tag, path, kind: 'file', atMs, batch: 1 },
});

const started: UnstampedEvent = { _tag: 'ReloadStarted', plugin: 'a', attempt: 1 };
const ended: UnstampedEvent = { _tag: 'Unchanged', plugin: 'a' };

/** A file that comes at 5,000 ms and is gone at 5,010 ms, in one window that ends at 5,110 ms. `attempts`: when each begins and ends. */
function changesWith(attempts: readonly (readonly [UnstampedEvent, number])[], plugin = 'a') {
  const scheduler = new VirtualTimeScheduler();
  const past = pastWindows();
  const events$ = new Subject<WatchEvent>();
  const debounce = { minMs: 100, maxMs: 100, maxWaitMs: 1_000 };
  const found: (DetectedChange | undefined)[] = [];
  events$
    .pipe(detectChanges(plugin, debounce, past, () => {}, scheduler))
    .subscribe((change) => found.push(change));
  for (const [told, atMs] of attempts) {
    scheduler.schedule(() => past.record(told, scheduler.now()), atMs);
  }
  for (const [tag, atMs] of [['Created', 5_000] as const, ['Deleted', 5_010] as const]) {
    scheduler.schedule(() => events$.next(event(tag, atMs)), atMs);
  }
  scheduler.flush();
  return found;
}

it.each([
  ['there was no attempt', []],
  ['the last one ended long before', [[started, 3_000] as const, [ended, 3_900] as const]],
])('what came and went in one window is no change where %s', (_why, attempts) => {
  expect(changesWith(attempts)).toEqual([undefined]);
});

it('what came and went in one window is no change where only another plugin had an attempt', () => {
  expect(changesWith([[started, 5_005]], 'b')).toEqual([undefined]);
});

it.each([
  ['is under way', [[started, 3_000] as const]],
  ['began meanwhile', [[started, 5_005] as const]],
  ['ended meanwhile', [[started, 4_000] as const, [ended, 5_004] as const]],
  ['ended right before the source told it', [[started, 4_000] as const, [ended, 4_100] as const]],
])('what came and went in one window is a change where an attempt %s', (_why, attempts) => {
  const [found] = changesWith(attempts);
  expect(found).toMatchObject({ number: 0, closedBy: 'quiet' });
  expect(found?.change).toMatchObject({ events: [event('Deleted', 5_010)], eventCount: 2 });
});
