import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

/** A session that is closed in one of its callbacks, with the calls that it made and the timers that it left. */
function start(
  closesIn: 'onError' | 'onRecovered' | 'onReady' | 'onWatching' | undefined,
  isRefused: () => boolean,
) {
  // A timer that restarts itself would keep the scheduler busy without end.
  const scheduler = new VirtualTimeScheduler(undefined, 20_000);
  const disk = new FakeDisk(scheduler);
  for (const dir of ['/r/d', '/r/e']) disk.makeDirectory(dir);
  const clock = schedulerClock(scheduler);
  const called: string[] = [];
  const call = (name: string, what: string) => {
    called.push(`${name} ${what}`.trim());
    if (name === closesIn) session.close();
  };
  const session = startSession(
    disk,
    {
      clock,
      watcher: (onHint: (hint: Hint) => void) => ({
        watch: (dir) => {
          if (!isRefused()) onHint({ dir, name: null });
          else onHint({ error: Object.assign(new Error('no'), { code: 'EMFILE', path: dir }) });
        },
        release: () => {},
        close: () => {},
      }),
      onEvents: () => {},
      onReady: () => call('onReady', ''),
      onWatching: (paths) => call('onWatching', paths.join()),
      onError: ({ code, path }) => call('onError', `${code} ${path}`),
      onRecovered: ({ code, path }) => call('onRecovered', `${code} ${path}`),
    },
    { reconcileMs: closesIn === undefined ? Infinity : 300 },
  );
  return { scheduler, called, clock, watch: session.watch };
}

describe('a callback that unsubscribes', () => {
  it('is the last one that is called, and no timer is left: onError', () => {
    const { scheduler, called, watch } = start('onError', () => false);
    watch(['/r/missing', '/r/missing-too']);
    scheduler.flush();
    expect(called).toEqual(['onError ENOENT /r/missing']);
    expect(scheduler.actions).toEqual([]);
  });

  it('is the last one that is called, and no timer is left: onWatching', () => {
    const { scheduler, called, watch } = start('onWatching', () => false);
    watch(['/r/d']);
    scheduler.flush();
    expect(called).toEqual(['onReady', 'onWatching /r/d']);
    expect(scheduler.actions).toEqual([]);
  });

  it('is the last one that is called, and no timer is left: onReady', () => {
    const { scheduler, called, watch } = start('onReady', () => false);
    watch(['/r/d']);
    scheduler.flush();
    expect(called).toEqual(['onReady']);
    expect(scheduler.actions).toEqual([]);
  });

  it('is the last one that is called, and no timer is left: onRecovered', () => {
    let isRefused = true;
    const { scheduler, called, clock, watch } = start('onRecovered', () => isRefused);
    watch(['/r/d', '/r/e']);
    clock.after(100, () => (isRefused = false));
    scheduler.flush();
    expect(called).toEqual([
      'onError EMFILE /r/d',
      'onError EMFILE /r/e',
      'onReady',
      'onWatching /r/d,/r/e',
      'onRecovered EMFILE /r/d',
    ]);
    expect(scheduler.actions).toEqual([]);
  });
});

it('reports each missing root, also one that joins later and is inside another', () => {
  const { scheduler, called, watch } = start(undefined, () => false);
  watch(['/r', '/r/m1']);
  scheduler.flush();
  watch(['/r', '/r/m1', '/r/m2']);
  scheduler.flush();
  expect(called).toEqual([
    ...['onError ENOENT /r/m1', 'onReady', 'onWatching /r,/r/m1'],
    ...['onError ENOENT /r/m2', 'onWatching /r,/r/m1,/r/m2'],
  ]);
});

it('calls onWatching once per set, and skips a set that is replaced before it is watched', () => {
  const { scheduler, called, watch } = start(undefined, () => false);
  watch(['/r/d']);
  watch(['/r/e']);
  scheduler.flush();
  watch([]);
  scheduler.flush();
  expect(called).toEqual(['onReady', 'onWatching /r/e', 'onWatching']);
});
