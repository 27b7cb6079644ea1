import { concat, EMPTY, NEVER, type Observable, of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createDirectoryWatcher } from '../../../src/sources/backends/createDirectoryWatcher.js';
import type { Hint, WatchBackend } from '../../../src/sources/backends/WatchBackend.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const LASTS_MS = 60_000;

/** A minute over a backend of the caller: the calls of the callbacks, the events, and how often it was asked to watch. */
function watchFor(ofOwn: (asked: () => void) => Omit<WatchBackend, 'name'>) {
  const scheduler = new VirtualTimeScheduler(undefined, LASTS_MS);
  const disk = new FakeDisk(scheduler);
  disk.makeDirectory('/r/d');
  disk.write('/r/d/a', 'a');
  const clock = schedulerClock(scheduler);
  const options = { recursive: true, followSymlinks: false, ignored: () => false };
  const calls: string[] = [];
  const reported: string[] = [];
  let askedCount = 0;
  const asked = () => {
    askedCount += 1;
    if (askedCount === 1_000) session.close(); // virtual time would not go on
  };
  const backend = { name: 'own', ...ofOwn(asked) };
  const session = startSession(disk, {
    clock,
    watcher: (onHint) => createDirectoryWatcher(backend, options, clock, onHint),
    onEvents: (events) => {
      for (const { _tag, path } of events) reported.push(`${_tag} ${path}`);
    },
    onReady: () => calls.push('onReady'),
    onWatching: () => {},
    onError: ({ code, path }) => calls.push(`onError ${code} ${path}`),
    onRecovered: ({ code, path }) => calls.push(`onRecovered ${code} ${path}`),
  });
  session.watch(['/r/d']);
  clock.after(100, () => disk.write('/r/d/a', 'b'));
  scheduler.flush();
  session.close();
  return { calls, reported, askedCount };
}

const fails = (): never => {
  throw new Error('own');
};
const readyThenFails = (): Observable<Hint> =>
  concat(
    of<Hint>('ready'),
    throwError(() => new Error('late')),
  );

describe('a backend of the caller', () => {
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
  ])('that %s is reported once, and its directories are polled', (_how, backend) => {
    const { calls, reported } = watchFor(() => backend);
    expect(calls).toEqual(['onError EBACKEND /r/d', 'onReady']);
    expect(reported).toEqual(['Modified /r/d/a']);
  });

  it('that says yes and then fails is asked at increasing intervals', () => {
    const { calls, reported, askedCount } = watchFor((asked) => ({
      watch: () => {
        asked();
        return readyThenFails();
      },
    }));
    expect(reported).toEqual(['Modified /r/d/a']);
    expect(askedCount).toBeLessThan(10);
    expect(calls.length).toBeLessThan(30);
  });
});
