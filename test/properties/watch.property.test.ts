import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import type { Hint } from '../../src/sources/Hint.js';
import type { NetEvent } from '../../src/sources/netEvents.js';
import { pathFilter } from '../../src/sources/pathFilter.js';
import { schedulerClock } from '../../src/sources/schedulerClock.js';
import { WatchSession } from '../../src/sources/WatchSession.js';
import { FakeDisk } from '../cases/source/fakeDisk.js';

const dirs = ['/r', '/r/d', '/r/e', '/r/d/f'];
const path = fc
  .tuple(fc.constantFrom(...dirs), fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'))
  .map(([dir, name]) => `${dir}/${name}`);

/** What somebody does to the disk, and how long they wait before. */
const act = fc.record({
  waitMs: fc.constantFrom(0, 0, 0, 1, 4, 12, 60, 200),
  what: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('write' as const),
        path,
        content: fc.constantFrom('x', 'y', 'long'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('touch' as const), path }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('rename' as const), path, to: path }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('makeDirectory' as const), path }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('save' as const),
        path,
        content: fc.constantFrom('x', 'long'),
      }),
    },
  ),
});

/** What a backend makes of a hint: how often it comes, and how late. */
const fate = fc.record({
  count: fc.constantFrom(0, 1, 1, 1, 2),
  delayMs: fc.constantFrom(0, 0, 0, 3, 15, 80),
});

interface Plan {
  readonly before: readonly (typeof act extends fc.Arbitrary<infer A> ? A : never)[];
  readonly acts: readonly (typeof act extends fc.Arbitrary<infer A> ? A : never)[];
  readonly fates: readonly { readonly count: number; readonly delayMs: number }[];
}

/** Runs a plan in virtual time; `fates` is what happens to hints, the last of them to all that follow. */
function run({ before, acts, fates }: Plan) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  const seen: NetEvent[][] = [];
  const contents = new Map<string, string>();
  /** Where each file, by its serial number, has ever been. */
  const places = new Map<number, Set<string>>();
  const falsePairs: string[] = [];
  const clock = schedulerClock(scheduler);
  let takeHint: (hint: Hint) => void = () => {};

  const perform = ({ what }: Plan['acts'][number]) => {
    if (what.do === 'write') disk.write(what.path, what.content);
    else if (what.do === 'touch') disk.touch(what.path);
    else if (what.do === 'remove') disk.remove(what.path);
    else if (what.do === 'rename') disk.rename(what.path, what.to);
    else if (what.do === 'makeDirectory') disk.makeDirectory(what.path);
    else {
      disk.write(`${what.path}.tmp`, what.content);
      remember();
      disk.rename(`${what.path}.tmp`, what.path);
    }
    remember();
  };
  const remember = () => {
    for (const each of disk.files().keys()) {
      const serial = disk.serial(each)!;
      places.set(serial, (places.get(serial) ?? new Set()).add(each));
    }
  };
  for (const each of before) perform(each);
  for (const [each, content] of disk.files()) contents.set(each, content);

  const session = new WatchSession(
    {
      ...{ settleMs: 10, settleMaxMs: 50, followSymlinks: false, expandDirectories: false },
      ...{ overflowCount: 1000, reconcileMs: Infinity },
    },
    {
      fileSystem: disk.fileSystem,
      clock,
      watcher: (onHint) => {
        takeHint = onHint;
        return { watch: (dir) => onHint({ dir, name: null }), release: () => {}, close: () => {} };
      },
      onEvents: (events) => {
        seen.push([...events]);
        // A reader that reads what an event names, when it is named, and nothing else.
        const files = disk.files();
        for (const event of events) {
          if (event._tag === 'Renamed' && event.kind === 'directory') {
            for (const known of [...contents.keys()]) {
              if (!known.startsWith(`${event.from}/`)) continue;
              const moved = event.to + known.slice(event.from.length);
              contents.set(moved, contents.get(known)!);
              contents.delete(known);
            }
            continue;
          }
          if (event._tag === 'Renamed') {
            const serial = disk.serial(event.to);
            if (serial !== undefined && !places.get(serial)?.has(event.from))
              falsePairs.push(event.to);
            contents.delete(event.from);
          }
          const content = files.get(event.path);
          if (event._tag === 'Deleted' || content === undefined) contents.delete(event.path);
          else contents.set(event.path, content);
        }
      },
      ...{ onReady: () => {}, onError: () => {}, onRecovered: () => {} },
    },
  );
  session.watch([{ path: '/r', filter: pathFilter({}), depth: Infinity }]);
  scheduler.flush();

  let count = 0;
  const subscription = disk.hints$.subscribe((hint) => {
    const { count: copies, delayMs } = fates[Math.min(count++, fates.length - 1)]!;
    for (let i = 0; i < copies; i++) clock.after(delayMs + i, () => takeHint(hint));
  });
  let atMs = 0;
  for (const each of acts) clock.after((atMs += each.waitMs), () => perform(each));
  scheduler.flush();
  subscription.unsubscribe();
  return {
    disk,
    seen,
    contents,
    falsePairs,
    flush: () => scheduler.flush(),
    hint: (hint: Hint) => takeHint(hint),
  };
}

const plan = fc.record({
  before: fc.array(act, { maxLength: 15 }),
  acts: fc.array(act, { maxLength: 25 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 20 }),
});
const asItIs = [{ count: 1, delayMs: 0 }];

it('ends with what is on the disk, whatever order, loss or repetition of hints, after one look at all', () => {
  fc.assert(
    fc.property(plan, (each) => {
      const { disk, contents, hint, flush } = run(each);
      hint('overflow');
      flush();
      expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
    }),
    { numRuns: 1500 },
  );
});

it('ends with what is on the disk without that look when no hint is lost', () => {
  const late = fc.array(
    fate.map((f) => ({ ...f, count: Math.max(1, f.count) })),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(
      fc.record({
        ...{ before: fc.array(act, { maxLength: 15 }), acts: fc.array(act, { maxLength: 25 }) },
        fates: late,
      }),
      (each) => {
        const { disk, contents } = run(each);
        expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
      },
    ),
    { numRuns: 1500 },
  );
});

it('has nothing to say when nothing happened', () => {
  fc.assert(
    fc.property(plan, (each) => {
      const { seen, hint, flush } = run(each);
      hint('overflow');
      flush();
      const count = seen.length;
      hint('overflow');
      flush();
      expect(seen).toHaveLength(count);
    }),
    { numRuns: 300 },
  );
});

it('says at most one thing of a path in a group', () => {
  fc.assert(
    fc.property(plan, (each) => {
      for (const group of run(each).seen) {
        const paths = group.map((event) => event.path);
        expect(paths).toEqual([...new Set(paths)]);
      }
    }),
    { numRuns: 500 },
  );
});

it('calls nothing renamed that is another file, though inodes are given to the next at once', () => {
  fc.assert(
    fc.property(plan, (each) => {
      expect(run({ ...each, fates: asItIs }).falsePairs).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
