import { Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { MissedChanges } from '../../../src/pipeline/stream/MissedChanges.js';
import type { StaleFile } from '../../../src/runtime/code/staleFiles.js';
import type { AttemptSight } from '../../../src/runtime/registry/Attempts.js';

const stale: StaleFile = { path: '/p/a/index.ts', change: 'Modified' };
const attempt = (key: string): AttemptSight => ({
  kind: 'plugin',
  key,
  isGone: false,
  fingerprint: undefined,
});

/** `differs`: whether the files of a plugin differ at that time. */
function start(differs: (key: string, ms: number) => boolean, onFound = () => {}) {
  const scheduler = new VirtualTimeScheduler();
  const attempts$ = new Subject<AttemptSight>();
  const looks: number[] = [];
  const runtime = {
    attempts$,
    changedSince: ({ key }: AttemptSight) => {
      looks.push(scheduler.now());
      return differs(key, scheduler.now()) ? [stale] : [];
    },
  };
  const missed = new MissedChanges(runtime, scheduler);
  const found: number[] = [];
  const subscription = missed.changes$.subscribe(() => {
    found.push(scheduler.now());
    onFound();
  });
  return { scheduler, attempts$, looks, found, missed, subscription };
}

const told = (path: string): WatchEvent => ({
  _tag: 'Modified',
  path,
  kind: 'file',
  atMs: 0,
  batch: 1,
});

it('looks seven times after an attempt, each time after twice as long, and then no more', () => {
  const { scheduler, attempts$, looks, found } = start(() => false);
  attempts$.next(attempt('a'));
  scheduler.flush();
  expect(looks).toEqual([100, 300, 700, 1500, 3100, 6300, 12_700]);
  expect(found).toEqual([]);
});

it.each([0, 101, 250, 699, 1000, 4000, 12_000])(
  'finds what differs from %d ms on within three times that',
  (fromMs) => {
    const { scheduler, attempts$, found } = start((_, ms) => ms >= fromMs);
    attempts$.next(attempt('a'));
    scheduler.flush();
    expect(found).toHaveLength(1);
    expect(found[0]).toBeLessThanOrEqual(3 * Math.max(fromMs, 100) + 100);
  },
);

it('does not tell what is gone again at the second look', () => {
  const { scheduler, attempts$, found } = start((_, ms) => ms === 100);
  attempts$.next(attempt('a'));
  scheduler.flush();
  expect(found).toEqual([]);
});

it.each(['/p/a/index.ts', '/p/a', '/p'])(
  'does not tell what the source has told by %s since the attempt',
  (path) => {
    const { scheduler, attempts$, found, missed } = start(() => true);
    attempts$.next(attempt('a'));
    missed.tell(told(path));
    scheduler.flush();
    expect(found).toEqual([]);
  },
);

it('tells what the source has told before the attempt, and what it tells of other files', () => {
  const { scheduler, attempts$, found, missed } = start(() => true);
  attempts$.next(attempt('b'));
  missed.tell(told('/p/a/index.ts'));
  attempts$.next(attempt('a'));
  missed.tell(told('/p/a/index.tsx'));
  scheduler.flush();
  expect(found).toEqual([200]);
});

it('asks less often while the attempts that it causes mend nothing', () => {
  const { scheduler, attempts$, found } = start(
    () => true,
    () => {
      if (found.length < 6) attempts$.next(attempt('a'));
    },
  );
  attempts$.next(attempt('a'));
  scheduler.flush();
  const gaps = found.map((ms, at) => ms - (found[at - 1] ?? 0));
  expect(gaps).toHaveLength(6);
  for (const [at, gap] of gaps.entries()) expect(gap).toBeGreaterThan(100 * 2 ** at);
});

it('keeps the looks of plugins apart, and leaves no timer behind', () => {
  const { scheduler, attempts$, found, looks, subscription } = start((key) => key === 'b');
  attempts$.next(attempt('a'));
  attempts$.next(attempt('b'));
  subscription.unsubscribe();
  attempts$.next(attempt('a'));
  scheduler.flush();
  expect(looks).toEqual([]);
  expect(found).toEqual([]);
  expect(attempts$.observed).toBe(false);
});

it('looks at sixteen of a thousand plugins in a turn, and at none that has another attempt since', () => {
  const { scheduler, attempts$, looks } = start(() => false);
  const turns: number[] = [];
  for (let n = 0; n < 1000; n += 1) attempts$.next(attempt(`p${n}`));
  scheduler.schedule(() => attempts$.next(attempt('p999')), 100);
  for (let next = scheduler.actions.shift(); next; next = scheduler.actions.shift()) {
    const before = looks.length;
    scheduler.frame = next.delay;
    next.execute(next.state, next.delay);
    turns.push(looks.length - before);
  }
  expect(Math.max(...turns)).toBe(16);
  expect(looks.filter((ms) => ms === 100)).toHaveLength(999);
  expect(looks).toHaveLength(7 * 1000);
});

it('remembers only the changes that some looks still ask for, also when attempts never stop', () => {
  const { scheduler, attempts$, missed, subscription } = start(() => false);
  const counts: number[] = [];
  for (let at = 0; at < 200; at += 1) {
    scheduler.schedule(() => {
      attempts$.next(attempt('a'));
      for (let file = 0; file < 5; file += 1) missed.tell(told(`/p/a/${at}-${file}.ts`));
      counts.push(missed.toldCount);
    }, at * 1000);
  }
  scheduler.schedule(() => subscription.unsubscribe(), 200_000);
  scheduler.flush();
  expect(counts).toHaveLength(200);
  expect(Math.max(...counts)).toBe(5);
});

it('looks as soon as at first when what it found before is long ago, also when attempts never stop', () => {
  const isOtherwise = (ms: number) => ms < 5000 || (ms >= 40_101 && ms < 41_000);
  const { scheduler, attempts$, found } = start(
    (_, ms) => isOtherwise(ms),
    () => {
      if (found.length < 3) attempts$.next(attempt('a'));
    },
  );
  for (let ms = 0; ms <= 40_000; ms += 4000) {
    if (ms !== 4000) scheduler.schedule(() => attempts$.next(attempt('a')), ms);
  }
  scheduler.flush();
  const [first, second, third, ...later] = found;
  expect([first, second, third]).toEqual([200, 500, 1000]);
  expect(later).toEqual([40_400]);
});
