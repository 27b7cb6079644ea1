import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const SAVE_MS = 400;

/** When each event of a path other than a log was emitted, after the save, where logs grow beside it. */
function savedBeside(logs: readonly Log[], save: Save): readonly string[] {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  for (const { path } of logs) disk.write(path, 'line');
  disk.write('/r/index.ts', 'old');
  disk.write('/r/other.ts', 'old');
  const clock = schedulerClock(scheduler);
  const told: string[] = [];
  const session = startSession(disk, {
    clock,
    watcher: disk.watcher(),
    onEvents: (events) => {
      for (const { _tag, path } of events) {
        if (path.endsWith('.log')) continue;
        told.push(`${_tag} ${path} ${Math.round(scheduler.now() - SAVE_MS)}`);
      }
    },
  });
  session.watch(['/r']);
  for (const { path, everyMs, fromMs } of logs) {
    let text = 'line';
    for (let atMs = 100 + fromMs; atMs < SAVE_MS + 60; atMs += everyMs) {
      clock.after(atMs, () => disk.write(path, (text += '+')));
    }
  }
  const after = (ms: number, act: () => void) => clock.after(ms, act);
  clock.after(SAVE_MS, () => save(disk, after));
  clock.after(SAVE_MS + 300, () => session.close());
  scheduler.flush();
  return told;
}

type Save = (disk: FakeDisk, after: (ms: number, act: () => void) => void) => void;

interface Log {
  readonly path: string;
  readonly everyMs: number;
  readonly fromMs: number;
}

const LOGS: readonly (readonly Log[])[] = [1, 3, 5, 9, 10, 11, 20, 33].flatMap((everyMs) =>
  [0, 0.5, 4].map((fromMs) => [{ path: '/r/out.log', everyMs, fromMs }]),
);
const TWO_LOGS = LOGS.map(([log]) => [log!, { ...log!, path: '/r/two.log', everyMs: 7 }]);

const SAVES: Readonly<Record<string, Save>> = {
  'in place': (disk) => disk.write('/r/index.ts', 'new'),
  'by a rename over it': (disk) => {
    disk.write('/r/index.ts.tmp', 'new');
    disk.rename('/r/index.ts.tmp', '/r/index.ts');
  },
  'of two files': (disk) => {
    disk.write('/r/index.ts', 'new');
    disk.write('/r/other.ts', 'new');
  },
  'that creates a file': (disk) => disk.write('/r/new.ts', 'new'),
  'that removes a file': (disk) => disk.remove('/r/other.ts'),
  'that renames a file': (disk) => disk.rename('/r/other.ts', '/r/renamed.ts'),
};

describe('a save beside a log', () => {
  it.each(Object.keys(SAVES))('%s is told as it is where no log grows', (name) => {
    const quiet = savedBeside([], SAVES[name]!);
    expect(quiet.length).toBeGreaterThan(0);
    for (const logs of [...LOGS, ...TWO_LOGS]) {
      const told = savedBeside(logs, SAVES[name]!);
      const shown = JSON.stringify(logs);
      expect(told.map(withoutTime), shown).toEqual(quiet.map(withoutTime));
      for (const [at, each] of told.entries()) {
        // One millisecond is what a log that is being written takes to hold still.
        expect(timeOf(each), `${shown} ${each}`).toBeLessThanOrEqual(timeOf(quiet[at]!) + 1);
      }
    }
  });

  it('is still a part of a storm: the second of two saves within `settleMs` waits for quiet', () => {
    const twice: Save = (disk, after) => {
      disk.write('/r/index.ts', 'new');
      after(4, () => disk.write('/r/other.ts', 'new'));
    };
    const [first, second] = savedBeside(LOGS[18]!, twice);
    expect([first, second]).toEqual(['Modified /r/index.ts 1', 'Modified /r/other.ts 14']);
  });

  it('a file that is saved again and again is told when it is quiet, as before', () => {
    const often: Save = (disk, after) => {
      for (const ms of [0, 4, 8, 12, 16]) after(ms, () => disk.write('/r/index.ts', `new ${ms}`));
    };
    expect(savedBeside([], often)).toEqual(['Modified /r/index.ts 1', 'Modified /r/index.ts 26']);
  });
});

const withoutTime = (told: string) => told.replace(/ \d+$/, '');
const timeOf = (told: string) => Number(/\d+$/.exec(told)?.[0]);
