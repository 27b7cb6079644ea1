import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import type { NetEvent } from '../../../src/sources/changes/netEvents.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import type { SessionOptions } from '../../../src/sources/session/SessionPorts.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const fileCount = 2_000;
const dirCount = 20;
/** A writer that works as fast as it can changes about so many files per millisecond. */
const filesPerMs = 20;
/** When the storm begins: the files are old by then. */
const startMs = 5_000;
const path = (i: number) => `/r/d${i % dirCount}/f${i}`;

/** A session over counted looks, on a disk whose files are there already. */
function start(options: Partial<SessionOptions> = {}) {
  const scheduler = new VirtualTimeScheduler(undefined, 60_000);
  const disk = new FakeDisk(scheduler);
  const clock = schedulerClock(scheduler);
  for (let i = 0; i < dirCount; i++) disk.makeDirectory(`/r/d${i}`);
  for (let i = 0; i < fileCount; i++) disk.write(path(i), 'before');
  const { look } = disk.fileSystem;
  let lookCount = 0;
  Object.assign(disk.fileSystem, {
    look: (...args: Parameters<typeof look>) => {
      lookCount += 1;
      return look(...args);
    },
  });
  const events: { event: NetEvent; atMs: number; lookCount: number }[] = [];
  let sendHint: (hint: Hint) => void = () => {};
  let blockedUntilMs = 0;
  const pass = (send: () => void) => {
    if (clock.nowMs() < blockedUntilMs) clock.after(blockedUntilMs - clock.nowMs(), send);
    else send();
  };
  const session = startSession(
    disk,
    {
      clock,
      watcher: (onHint) => {
        sendHint = onHint;
        return disk.watcher(pass)(onHint);
      },
      onEvents: (group) => {
        for (const event of group) events.push({ event, atMs: clock.nowMs(), lookCount });
      },
    },
    options,
  );
  session.watch(['/r']);
  return {
    disk,
    events,
    /** Runs one act per file, as fast as a writer can, and returns what the session looked at until its last event. */
    storm: (act: (i: number) => void) => {
      clock.after(startMs, () => (lookCount = 0));
      for (let i = 0; i < fileCount; i++) {
        clock.after(startMs + Math.floor(i / filesPerMs), () => act(i));
      }
      clock.after(startMs + 5_000, () => session.close());
      scheduler.flush();
      return {
        looksPerFile: (events.at(-1)?.lookCount ?? 0) / fileCount,
        lastMs: (events.at(-1)?.atMs ?? 0) - startMs - fileCount / filesPerMs,
        firstMs: (events[0]?.atMs ?? 0) - startMs,
      };
    },
    at: (ms: number, act: () => void) => clock.after(ms, act),
    /** No hint arrives for so long. */
    block: (forMs: number) => (blockedUntilMs = clock.nowMs() + forMs),
    hint: (hint: Hint) => sendHint(hint),
  };
}

describe('a storm', () => {
  const acts: readonly [
    name: string,
    tag: NetEvent['_tag'],
    act: (disk: FakeDisk, i: number) => void,
  ][] = [
    [
      'modify',
      'Modified',
      (disk, i) => {
        disk.write(path(i), '');
        disk.write(path(i), `modified ${i}`);
      },
    ],
    [
      'atomic saves',
      'Modified',
      (disk, i) => {
        disk.write(`${path(i)}.tmp`, `replaced ${i}`);
        disk.rename(`${path(i)}.tmp`, path(i));
      },
    ],
    ['create', 'Created', (disk, i) => disk.write(`${path(i)}.new`, `created ${i}`)],
    ['rename', 'Renamed', (disk, i) => disk.rename(path(i), `${path(i)}.moved`)],
    ['remove', 'Deleted', (disk, i) => disk.remove(path(i))],
  ];

  it.each(acts)(
    'of %s looks at most 1.5 times at a file, reports while more comes in, and soon after the last one',
    (_, tag, act) => {
      const { disk, events, storm } = start();
      const { looksPerFile, firstMs, lastMs } = storm((i) => act(disk, i));
      expect(events.map(({ event }) => event._tag)).toEqual(Array(fileCount).fill(tag));
      expect(new Set(events.map(({ event }) => event.path)).size).toBe(fileCount);
      expect(looksPerFile).toBeLessThanOrEqual(1.5);
      expect(firstMs).toBeLessThan(fileCount / filesPerMs);
      expect(lastMs).toBeLessThanOrEqual(100);
    },
  );

  it('on files of another clock looks twice: their times do not tell whether somebody writes them', () => {
    const { disk, events, storm } = start({ areTimesOurs: false });
    const { looksPerFile } = storm((i) => disk.write(path(i), `modified ${i}`));
    expect(events).toHaveLength(fileCount);
    expect(looksPerFile).toBeGreaterThanOrEqual(2);
  });

  it('that comes all at once, after the loop was blocked, is scanned, and nothing is looked at twice for that', () => {
    const { disk, events, storm, at, block } = start({ overflowCount: 1_000 });
    at(startMs, () => block(1_000));
    const { looksPerFile } = storm((i) => disk.rename(path(i), `${path(i)}.moved`));
    expect(events.map(({ event }) => event._tag)).toEqual(Array(fileCount).fill('Renamed'));
    expect(looksPerFile).toBeLessThanOrEqual(1.5);
  });

  it('that goes on after such a moment is scanned when it ends, and what was looked at since is not looked at again', () => {
    const { disk, events, storm, at, block } = start({ overflowCount: 1_000 });
    const blockedMs = 200;
    at(startMs, () => block(blockedMs));
    for (let ms = 0; ms <= 150; ms += 10) {
      at(startMs + blockedMs + ms, () => disk.write('/r/d0/log', `line ${ms}`));
    }
    const { looksPerFile } = storm((i) => disk.write(`${path(i)}.new`, `created ${i}`));
    expect(new Set(events.map(({ event }) => event.path)).size).toBe(fileCount + 1);
    // One look at each new file, and one at each other file: nobody hinted at those.
    expect(looksPerFile).toBeLessThanOrEqual(2.1);
  });

  it('with a save that nobody hinted at is scanned to its end', () => {
    const { disk, events, storm, hint, at } = start();
    disk.makeDirectory('/r/deaf');
    disk.write('/r/deaf/a', 'before');
    at(startMs + 10, () => {
      disk.release('/r/deaf');
      disk.write('/r/deaf/a', 'the save without a hint');
      hint('overflow');
    });
    storm((i) => disk.write(path(i), `modified ${i}`));
    expect(events.map(({ event }) => event.path)).toContain('/r/deaf/a');
  });
});

it('sees a second write within one tick of the clock of the disk, however late its hint comes', () => {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  const clock = schedulerClock(scheduler);
  disk.write('/r/a', 'before');
  const { look } = disk.fileSystem;
  const tick = (ms: number) => Math.floor(ms / 10) * 10 + 1.5;
  Object.assign(disk.fileSystem, {
    look: (...args: Parameters<typeof look>) => {
      const found = look(...args);
      if (found === undefined || found.kind === 'unreadable') return found;
      return { ...found, mtimeMs: tick(found.mtimeMs), ctimeMs: tick(found.ctimeMs) };
    },
  });
  let hintAfterMs = 0;
  const reported: string[] = [];
  const session = startSession(disk, {
    clock,
    watcher: disk.watcher((send) => clock.after(hintAfterMs, send)),
    onEvents: (events) => {
      for (const { path } of events) reported.push(disk.files().get(path) ?? '');
    },
  });
  session.watch(['/r']);
  clock.after(1_000, () => disk.write('/r/a', 'first!'));
  clock.after(1_006, () => {
    hintAfterMs = 300;
    disk.write('/r/a', 'second');
  });
  clock.after(3_000, () => session.close());
  scheduler.flush();
  expect(reported).toEqual(['first!', 'second']);
});
