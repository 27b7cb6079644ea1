import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import type { NetEvent } from '../../../src/sources/changes/netEvents.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from './fakeDisk.js';
import { applyEvent, contradictionOf, outOfOrder, sameContent } from './listener.js';
import { startSession } from './startSession.js';

const dirs = ['/r', '/r/d', '/r/e', '/r/d/f'];
const path = fc
  .tuple(fc.constantFrom(...dirs), fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'))
  .map(([dir, name]) => `${dir}/${name}`);

/** One act on the disk, and the wait before it. */
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

/** What a backend does with a hint: how often it sends it, and after which delay. */
export const fate = fc.record({
  count: fc.constantFrom(0, 1, 1, 1, 2),
  delayMs: fc.constantFrom(0, 0, 0, 3, 15, 80),
});

/** How many names are a storm. */
export const stormCount = fc.constantFrom(256, 256, 1, 1, 3);

/** A tree that counts as large: files are known by name at the start, and looked at later. */
export interface Named {
  /** How many files are looked at before the session is ready. */
  readonly firstLookCount: number;
  /** How many are looked at every 8 ms after that. */
  readonly firstLooksPerSliceCount: number;
  /** How long before the start the disk was made. */
  readonly ageMs: number;
  /** How far the disk's clock is behind. */
  readonly lagMs: number;
}

/** A disk is older than that when its files were surely written before the start: twice what the times of files tell. */
const oldMs = 40;

/** Undefined: each file is looked at first. */
export const named = fc.option(
  fc.record({
    firstLookCount: fc.constantFrom(0, 0, 3),
    firstLooksPerSliceCount: fc.constantFrom(1, 1, 2, 100),
    ageMs: fc.constantFrom(0, 5, oldMs, 1000, 5000),
    lagMs: fc.constantFrom(0, 4, 18),
  }),
  { nil: undefined },
);

/** One act on the disk, and the wait before it. */
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
  /** How many names are a storm: with few of them, any plan is one. Left out: as `watch` has it. */
  readonly stormCount?: number;
  /** Left out: each file is looked at first, and nothing is done before all are. */
  readonly named?: Named | undefined;
  /** When the backend says that hints were lost. From then on none is. Left out: never. */
  readonly overflowAtMs?: number | undefined;
}

/** Runs a plan in virtual time. Each hint gets the next of `fates`; the last one is for all further hints. */
export function runPlan({ before, acts, fates, stormCount = 256, overflowAtMs, named }: Plan) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler, named?.lagMs);
  const seen: NetEvent[][] = [];
  const contents = new Map<string, string>();
  /**
   * Files that an event named, and that were gone when they were read, or may have been others: their directories had moved by then, and the hints
   * of that were on their way.
   */
  const misread = new Set<string>();
  /** Hints that are on their way. */
  let hintsUnderWay = 0;
  /** What a reader knows who reads the file of each event. The file may be gone when it is read. */
  const readerFiles = new Map<string, string>();
  /** Serial number of a file → all paths that it ever had. */
  const pathsOf = new Map<number, Set<string>>();
  const falsePairs: string[] = [];
  const violations: string[] = [];
  const reported: { event: NetEvent; atMs: number; content: string | undefined }[] = [];
  let startMs = 0;
  /** Files that nobody looked at before the start, and that no event has named yet. */
  const unseen = new Set<string>();
  /** Paths that something was done with since the start, or so short before it that times do not tell. */
  const actedOn = new Set<string>();
  /** Path → when an event of it was last emitted. */
  const reportedAt = new Map<string, number>();
  const clock = schedulerClock(scheduler);
  let sendHint: (hint: Hint) => void = () => {};

  const perform = ({ what }: Act) => {
    actedOn.add(what.path);
    if (what.do === 'rename') actedOn.add(what.to);
    if (what.do === 'save') actedOn.add(`${what.path}.tmp`);
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
      pathsOf.set(serial, (pathsOf.get(serial) ?? new Set()).add(each));
    }
  };
  /** An event that names a file ends the doubt. A file that moves with its directory is not named. */
  const followUnseen = (event: NetEvent) => {
    unseen.delete(event.path);
    if (event._tag !== 'Renamed') return;
    const { from, to } = event;
    unseen.delete(from);
    for (const each of [...unseen].filter((path) => path.startsWith(`${from}/`))) {
      unseen.delete(each);
      unseen.add(to + each.slice(from.length));
      if (actedOn.has(each)) actedOn.add(to + each.slice(from.length));
    }
  };
  for (const each of before) perform(each);
  for (const [each, content] of disk.files()) {
    contents.set(each, content);
    readerFiles.set(each, content);
    if (named !== undefined) unseen.add(each);
  }
  if (named !== undefined) {
    scheduler.schedule(() => {}, named.ageMs);
    scheduler.flush();
    if (named.ageMs >= oldMs) actedOn.clear();
  }

  const ports: Parameters<typeof startSession>[1] = {
    clock,
    watcher: (onHint) => {
      sendHint = onHint;
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
      // This reader reads a file when an event names it, and knows nothing else.
      const files = disk.files();
      const isFresh = (path: string) =>
        [...reportedAt].some(
          ([reported, at]) =>
            scheduler.now() - at < 100 && (path === reported || path.startsWith(`${reported}/`)),
        );
      for (const event of events) {
        const wrong = contradictionOf(event, readerFiles, files, isFresh(event.path));
        reportedAt.set(event.path, scheduler.now());
        // The only thing that is allowed for a file that was not looked at: its first event may be a `Modified` where it was touched.
        const isInDoubt = unseen.has(event.path) && actedOn.has(event.path);
        const isAllowed = wrong === sameContent && isInDoubt;
        if (wrong !== undefined && !isAllowed)
          violations.push(`${wrong}: ${JSON.stringify(event)}`);
        followUnseen(event);
        applyEvent(event, readerFiles, files);
        if (event._tag === 'Renamed' && event.kind === 'directory') {
          for (const known of [...contents.keys(), ...misread]) {
            if (!known.startsWith(`${event.from}/`)) continue;
            const moved = event.to + known.slice(event.from.length);
            const content = contents.get(known) ?? files.get(moved);
            contents.delete(known);
            if (content !== undefined) contents.set(moved, content);
            if (misread.delete(known)) misread.add(moved);
          }
          continue;
        }
        if (event._tag === 'Renamed') {
          const serial = disk.serial(event.to);
          if (serial !== undefined && !pathsOf.get(serial)?.has(event.from))
            falsePairs.push(event.to);
          contents.delete(event.from);
        }
        const content = files.get(event.path);
        if (event._tag === 'Deleted' || content === undefined) contents.delete(event.path);
        else contents.set(event.path, content);
        const isRead = content !== undefined && hintsUnderWay === 0;
        if (event._tag === 'Deleted' || isRead) misread.delete(event.path);
        else misread.add(event.path);
        reported.push({ event, atMs: scheduler.now() - startMs, content });
      }
    },
  };
  const session = startSession(disk, ports, { stormCount, ...named });
  session.watch(['/r']);
  // With files that are looked at later, the acts begin when it is ready: its start takes no virtual time.
  if (named !== undefined) scheduler.maxFrames = scheduler.frame;
  scheduler.flush();
  scheduler.maxFrames = Infinity;

  let count = 0;
  const subscription = disk.hints$.subscribe((hint) => {
    const { count: copies, delayMs } = fates[Math.min(count++, fates.length - 1)]!;
    const isAfterOverflow = overflowAtMs !== undefined && clock.nowMs() >= startMs + overflowAtMs;
    const sends = isAfterOverflow ? Math.max(1, copies) : copies;
    hintsUnderWay += sends;
    for (let i = 0; i < sends; i++) {
      clock.after(delayMs + i, () => {
        hintsUnderWay -= 1;
        sendHint(hint);
      });
    }
  });
  startMs = scheduler.now();
  if (overflowAtMs !== undefined) clock.after(overflowAtMs, () => sendHint('overflow'));
  let atMs = 0;
  for (const each of acts) clock.after((atMs += each.waitMs), () => perform(each));
  scheduler.flush();
  subscription.unsubscribe();
  return {
    disk,
    seen,
    contents,
    misread,
    falsePairs,
    violations,
    reported,
    flush: () => scheduler.flush(),
    hint: (hint: Hint) => sendHint(hint),
  };
}

/** What is on the disk at the start, what is done, and what happens to the hints. */
export const plan = fc.record({
  before: fc.array(act, { maxLength: 15 }),
  acts: fc.array(act, { maxLength: 25 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 20 }),
  stormCount,
  named,
});
/** Every hint is sent once, at once. */
export const asItIs = [{ count: 1, delayMs: 0 }];
