import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const FILES = ['/r/secret', '/r/d/secret', '/r/other'];

/** What is written, how long after the write before, and how late its hint comes. */
const write = fc.record({
  path: fc.constantFrom(...FILES, '/r/.gitignore'),
  waitMs: fc.constantFrom(0, 1, 10, 24, 40, 200),
  lateMs: fc.constantFrom(0, 0, 3, 30, 90),
});

it('whenever `.gitignore` comes: each file that was written is an event, or is named as ignored', () => {
  fc.assert(
    fc.property(fc.array(write, { minLength: 1, maxLength: 8 }), (writes) => {
      const scheduler = new VirtualTimeScheduler();
      const disk = new FakeDisk(scheduler);
      for (const path of ['/r/d', '/r/e']) disk.makeDirectory(path);
      disk.write('/r/.gitignore', '');
      disk.write('/r/other', '');
      const clock = schedulerClock(scheduler);
      const told = new Set<string>();
      let lateMs = 0;
      const session = startSession(disk, {
        clock,
        watcher: disk.watcher((send) => clock.after(lateMs, send)),
        onEvents: (events) => {
          for (const { path } of events) told.add(path);
        },
        onIgnored: ({ path }) => told.add(path),
      });
      session.watchWithGitignore('/r');
      scheduler.flush();
      let atMs = 0;
      for (const [at, one] of writes.entries()) {
        atMs += one.waitMs;
        clock.after(atMs, () => {
          ({ lateMs } = one);
          // Every second rule ignores the files named secret.
          const rule = at % 2 === 0 ? 'secret' : 'nothing';
          disk.write(one.path, one.path.endsWith('.gitignore') ? `${rule}\n#${at}` : `${at}`);
        });
      }
      scheduler.flush();
      session.close();
      expect(FILES.filter((path) => !told.has(path))).toEqual(
        FILES.filter((path) => !writes.some((one) => one.path === path)),
      );
    }),
    { numRuns: 600 },
  );
});
