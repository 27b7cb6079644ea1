import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const reconcileMs = 300;

/** A session over a backend that never sends a hint. */
function start(files: readonly string[]) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  for (const file of files) disk.write(file, 'before');
  const clock = schedulerClock(scheduler);
  const reported: string[] = [];
  const session = startSession(
    disk,
    {
      clock,
      watcher: (onHint) => ({
        watch: (dir) => onHint({ dir, name: null }),
        release: () => {},
        close: () => {},
      }),
      onEvents: (events) => {
        for (const { _tag, path } of events) reported.push(`${_tag} ${path} at ${clock.nowMs()}`);
      },
    },
    { reconcileMs },
  );
  session.watch(['/r']);
  const until = (ms: number) => {
    clock.after(ms, () => session.close());
    scheduler.flush();
  };
  return { disk, clock, reported, until };
}

it('finds an edit without a hint by the background scan, in a tree of one file', () => {
  const { disk, clock, reported, until } = start(['/r/a']);
  clock.after(100, () => disk.write('/r/a', 'the save that nobody hinted at'));
  until(3 * reconcileMs);
  // Its times tell that nobody has written it for a while, so it is not looked at once more.
  expect(reported).toEqual([`Modified /r/a at ${reconcileMs}`]);
});

it('finds without a scan what is in a directory that was away while its hints were followed, and came back', () => {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  const clock = schedulerClock(scheduler);
  disk.makeDirectory('/r/d');
  const reported: string[] = [];
  let hintsLateMs = 0;
  const session = startSession(disk, {
    clock,
    // Hints of the directory's own name are late: those of what is in it are followed while it is away.
    watcher: (onHint) => {
      disk.hints$.subscribe((hint) => {
        const isLate = typeof hint === 'object' && 'dir' in hint && hint.dir === '/r';
        clock.after(isLate ? hintsLateMs : 0, () => onHint(hint));
      });
      return disk.watcher(() => {})(onHint);
    },
    onEvents: (events) => {
      for (const { _tag, path } of events) reported.push(`${_tag} ${path}`);
    },
  });
  session.watch(['/r']);
  scheduler.flush();
  hintsLateMs = 50;
  disk.makeDirectory('/r/d/sub');
  disk.write('/r/d/sub/a', 'new');
  disk.rename('/r/d', '/r/away');
  clock.after(20, () => disk.rename('/r/away', '/r/d'));
  scheduler.flush();
  expect(reported).toEqual(['Created /r/d/sub/a']);
});

it('finds what was created and removed without a hint', () => {
  const { disk, clock, reported, until } = start(['/r/a', '/r/b']);
  clock.after(100, () => {
    disk.remove('/r/a');
    disk.makeDirectory('/r/d');
    disk.write('/r/d/c', 'new');
  });
  until(4 * reconcileMs);
  expect(reported.map((each) => each.replace(/ at .*/, ''))).toEqual([
    'Deleted /r/a',
    'Created /r/d/c',
  ]);
});

it('scans after an overflow that comes while a directory waits to be listed', () => {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  disk.makeDirectory('/r/d');
  disk.write('/r/d/a', 'before');
  const clock = schedulerClock(scheduler);
  const reported: string[] = [];
  let hint: (hint: Hint) => void = () => {};
  const session = startSession(
    disk,
    {
      clock,
      watcher: (onHint) => {
        hint = onHint;
        return {
          watch: (dir) => onHint({ dir, name: null }),
          release: () => {},
          close: () => {},
        };
      },
      onEvents: (events) => reported.push(...events.map(({ _tag, path }) => `${_tag} ${path}`)),
    },
    { reconcileMs: Infinity },
  );
  session.watch(['/r']);
  clock.after(100, () => {
    hint({ dir: '/r', name: null });
    // The next turn takes the hint, the one after that lists the directory.
    clock.nextTurn(() => {
      disk.write('/r/d/a', 'the save whose hint was lost');
      hint('overflow');
    });
  });
  clock.after(2_000, () => session.close());
  scheduler.flush();
  expect(reported).toEqual(['Modified /r/d/a']);
});

it('reports what a scan found, although each scan takes longer than the time until the next is due', () => {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  for (let i = 0; i < 500; i++) disk.write(`/r/f${i}`, 'before');
  const virtual = schedulerClock(scheduler);
  // Each look at the clock takes time, and so does each turn: a scan takes several turns.
  let lookCount = 0;
  const nextTurn = (run: () => void) => virtual.after(1, run);
  const nowMs = () => scheduler.now() + (lookCount += 1);
  const reported: string[] = [];
  const poll = (onHint: (hint: Hint) => void) => {
    onHint('overflow');
    if (scheduler.now() < 5_000) virtual.after(1, () => poll(onHint));
  };
  const session = startSession(disk, {
    clock: { ...virtual, nowMs, nextTurn },
    watcher: (onHint) => {
      virtual.after(1, () => poll(onHint));
      return {
        watch: (dir) => onHint({ dir, name: null }),
        release: () => {},
        close: () => {},
      };
    },
    onEvents: (events) => {
      for (const { _tag, path } of events) reported.push(`${_tag} ${path}`);
    },
  });
  session.watch(['/r']);
  virtual.after(1_000, () => disk.write('/r/f7', 'the save that is polled'));
  virtual.after(1_000, () => disk.write('/r/new', 'a new file'));
  virtual.after(4_000, () => session.close());
  scheduler.flush();
  expect([...reported].sort()).toEqual(['Created /r/new', 'Modified /r/f7']);
});
