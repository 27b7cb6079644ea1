import { concat, NEVER, of, Subject, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type WatchBackend, watch } from '../../../src/sources/index.js';

/** Watches path sets over a backend that sends nothing. Collects the errors of the stream. */
function start(sets$: Parameters<typeof watch>[0]) {
  const backend: WatchBackend = {
    name: 'mute',
    watch: () => NEVER,
    watchDirectories: () => NEVER,
  };
  const errors: unknown[] = [];
  const scheduler = new VirtualTimeScheduler();
  const subscription = watch(sets$, { backend, scheduler }).subscribe({
    error: (error: unknown) => errors.push(error),
  });
  return { errors, scheduler, subscription };
}

describe('a path set with an item that is no path', () => {
  it('errors the stream, and stops watching', () => {
    const sets$ = new Subject<readonly string[]>();
    const { errors, scheduler, subscription } = start(sets$);
    sets$.next(['/']);
    sets$.next(['/', '']);
    expect(errors).toEqual([new TypeError('watch: paths[1] ("") is not a path')]);
    expect(subscription.closed).toBe(true);
    expect(sets$.observed).toBe(false);
    scheduler.flush();
    expect(scheduler.actions).toEqual([]);
  });

  it('errors the stream when it is the first set', () => {
    const { errors, subscription } = start(concat(of(['a\0b']), NEVER));
    expect(errors).toEqual([new TypeError('watch: paths[0] ("a\\u0000b") is not a path')]);
    expect(subscription.closed).toBe(true);
  });
});
