import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import type { NetEvent } from '../../../src/sources/changes/netEvents.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from './fakeDisk.js';
import { hear, outOfOrder, untrue } from './listener.js';
import { startSession } from './startSession.js';

const dirs = ['/r', '/r/d', '/r/e', '/r/d/f'];
const path = fc
  .tuple(fc.constantFrom(...dirs), fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'))
  .map(([dir, name]) => `${dir}/${name}`);

/** What somebody does to the disk, and how long they wait before. */
export const act = fc.record({
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
export const fate = fc.record({
  count: fc.constantFrom(0, 1, 1, 1, 2),
  delayMs: fc.constantFrom(0, 0, 0, 3, 15, 80),
});

/** What somebody does to the disk, after how long. */
export interface Act {
  readonly waitMs: number;
  readonly what:
    | { readonly do: 'write'; readonly path: string; readonly content: string }
    | { readonly do: 'save'; readonly path: string; readonly content: string }
    | { readonly do: 'rename'; readonly path: string; readonly to: string }
    | { readonly do: 'touch'; readonly path: string }
    | { readonly do: 'remove'; readonly path: string }
    | { readonly do: 'makeDirectory'; readonly path: string };
}

export interface Plan {
  readonly before: readonly Act[];
  readonly acts: readonly Act[];
  readonly fates: readonly { readonly count: number; readonly delayMs: number }[];
}

/** Runs a plan in virtual time; `fates` is what happens to hints, the last of them to all that follow. */
export function runPlan({ before, acts, fates }: Plan) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  const seen: NetEvent[][] = [];
  const contents = new Map<string, string>();
  /** What somebody knows who goes by what is said: a file that is said to be there may be gone when it is read. */
  const told = new Map<string, string>();
  /** Where each file, by its serial number, has ever been. */
  const places = new Map<number, Set<string>>();
  const falsePairs: string[] = [];
  const violations: string[] = [];
  const said: { event: NetEvent; atMs: number; content: string | undefined }[] = [];
  let startMs = 0;
  /** When something was last said of a path. */
  const saidAt = new Map<string, number>();
  const clock = schedulerClock(scheduler);
  let takeHint: (hint: Hint) => void = () => {};

  const perform = ({ what }: Act) => {
    if (what.do === 'write') disk.write(what.path, what.content);
    else if (what.do === 'touch') disk.touch(what.path);
    else if (what.do === 'remove') disk.remove(what.path);
    else if (what.do === 'rename') disk.rename(what.path, what.to);
    else if (what.do === 'makeDirectory') disk.makeDirectory(what.path);
    else if (what.do === 'save') {
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
  for (const [each, content] of disk.files()) {
    contents.set(each, content);
    told.set(each, content);
  }

  const session = startSession(disk, {
    clock,
    watcher: (onHint) => {
      takeHint = onHint;
      return {
        watch: (dir) => {
          disk.watch(dir);
          onHint({ dir, name: null });
        },
        release: (dir) => disk.release(dir),
        close: () => {},
      };
    },
    onEvents: (events) => {
      seen.push([...events]);
      violations.push(...outOfOrder(events));
      // A reader that reads what an event names, when it is named, and nothing else.
      const files = disk.files();
      const isFresh = (path: string) =>
        [...saidAt].some(
          ([said, at]) =>
            scheduler.now() - at < 100 && (path === said || path.startsWith(`${said}/`)),
        );
      for (const event of events) {
        const wrong = untrue(event, told, files, isFresh(event.path));
        saidAt.set(event.path, scheduler.now());
        if (wrong !== undefined) violations.push(`${wrong}: ${JSON.stringify(event)}`);
        hear(event, told, files);
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
        said.push({ event, atMs: scheduler.now() - startMs, content });
      }
    },
  });
  session.watch(['/r']);
  scheduler.flush();

  let count = 0;
  const subscription = disk.hints$.subscribe((hint) => {
    const { count: copies, delayMs } = fates[Math.min(count++, fates.length - 1)]!;
    for (let i = 0; i < copies; i++) clock.after(delayMs + i, () => takeHint(hint));
  });
  startMs = scheduler.now();
  let atMs = 0;
  for (const each of acts) clock.after((atMs += each.waitMs), () => perform(each));
  scheduler.flush();
  subscription.unsubscribe();
  return {
    disk,
    seen,
    contents,
    falsePairs,
    violations,
    said,
    flush: () => scheduler.flush(),
    hint: (hint: Hint) => takeHint(hint),
  };
}

/** What was there, what is done, and what becomes of the hints. */
export const plan = fc.record({
  before: fc.array(act, { maxLength: 15 }),
  acts: fc.array(act, { maxLength: 25 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 20 }),
});
/** Every hint comes once, at once. */
export const asItIs = [{ count: 1, delayMs: 0 }];
