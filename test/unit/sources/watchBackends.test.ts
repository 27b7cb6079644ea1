import { concat, EMPTY, NEVER, of, throwError, VirtualTimeScheduler, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createDirectoryWatcher } from '../../../src/sources/backends/createDirectoryWatcher.js';
import type { Hint, WatchBackend } from '../../../src/sources/backends/WatchBackend.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const LASTS_MS = 60_000;

/** A minute over somebody's backend: what was told, and how often it was asked. */
function watchFor(ofOwn: (asked: () => void) => Omit<WatchBackend, 'name'>) {
  const scheduler = new VirtualTimeScheduler(undefined, LASTS_MS);
  const disk = new FakeDisk(scheduler);
  disk.makeDirectory('/r/d');
  disk.write('/r/d/a', 'a');
  const clock = schedulerClock(scheduler);
  const options = { recursive: true, followSymlinks: false, ignored: () => false };
  const told: string[] = [];
  const said: string[] = [];
  let askedCount = 0;
  const asked = () => {
    askedCount += 1;
    if (askedCount === 1_000) session.close(); // or time would stand still
  };
  const backend = { name: 'own', ...ofOwn(asked) };
  const session = startSession(disk, {
    clock,
    watcher: (onHint) => createDirectoryWatcher(backend, options, clock, onHint),
    onEvents: (events) => {
      for (const { _tag, path } of events) said.push(`${_tag} ${path}`);
    },
    onReady: () => told.push('onReady'),
    onWatching: () => {},
    onError: ({ code, path }) => told.push(`onError ${code} ${path}`),
    onRecovered: ({ code, path }) => told.push(`onRecovered ${code} ${path}`),
  });
  session.watch(['/r/d']);
  clock.after(100, () => disk.write('/r/d/a', 'b'));
  scheduler.flush();
  session.close();
  return { told, said, askedCount };
}

const fails = (): never => {
  throw new Error('own');
};
const readyThenFails = (): Observable<Hint> =>
  concat(
    of<Hint>('ready'),
    throwError(() => new Error('late')),
  );

describe("somebody's own backend", () => {
  it.each([
    ['throws', { watch: fails }],
    ['errors', { watch: () => throwError(() => new Error('own')) }],
    ['ends', { watch: () => EMPTY }],
    ['throws, one directory at a time', { watch: () => NEVER, watchDirectories: fails }],
    [
      'errors, one directory at a time',
      { watch: () => NEVER, watchDirectories: () => throwError(() => new Error('own')) },
    ],
    ['ends, one directory at a time', { watch: () => NEVER, watchDirectories: () => EMPTY }],
  ])('that %s is told once, and what it should watch is looked at', (_how, backend) => {
    const { told, said } = watchFor(() => backend);
    expect(told).toEqual(['onError EBACKEND /r/d', 'onReady']);
    expect(said).toEqual(['Modified /r/d/a']);
  });

  it('that says yes and then fails is asked ever less often', () => {
    const { told, said, askedCount } = watchFor((asked) => ({
      watch: () => {
        asked();
        return readyThenFails();
      },
    }));
    expect(said).toEqual(['Modified /r/d/a']);
    expect(askedCount).toBeLessThan(10);
    expect(told.length).toBeLessThan(30);
  });
});
