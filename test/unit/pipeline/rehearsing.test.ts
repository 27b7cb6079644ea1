import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { hotReload, presets } from '../../../src/index.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import type { Rehearsal, ReloadTarget } from '../../../src/model/reload/ReloadTarget.js';
import { rehearsing } from '../../../src/pipeline/rehearsal/rehearsing.js';
import { fakeTarget } from '../../../src/testing/index.js';

const LOADED = { _tag: 'Loaded', plugin: 'a', version: 1, atMs: 0 } as ReloadEvent;
const DETECTED = { _tag: 'ChangeDetected', plugin: 'a' } as ReloadEvent;

/** A host in a time of its own, whose rehearsal is only counted. */
function rehearsed(options: { readonly rehearsal?: 'idle' | 'off' } = { rehearsal: 'idle' }) {
  const timers: { atMs: number; work: () => void }[] = [];
  let nowMs = 0;
  let begunCount = 0;
  let askedCount = 0;
  const rehearsal: Rehearsal = {
    nowMs: () => nowMs,
    later(ms, work) {
      const timer = { atMs: nowMs + ms, work };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    begin() {
      begunCount += 1;
      return Promise.resolve(undefined);
    },
  };
  const target: ReloadTarget = {
    ...fakeTarget(),
    rehearsal() {
      askedCount += 1;
      return rehearsal;
    },
  };
  const events$ = new Subject<ReloadEvent>();
  const seen: ReloadEvent[] = [];
  const piped$ = events$.pipe(rehearsing({ ...options, target }, () => NEVER));
  return {
    ...{ events$, seen, piped$, timers },
    subscribe: () => piped$.subscribe((event) => seen.push(event)),
    askedCount: () => askedCount,
    /** Lets time pass, timer by timer. */
    async pass(ms: number): Promise<number> {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = timers
          .filter(({ atMs }) => atMs <= untilMs)
          .sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        timers.splice(timers.indexOf(next), 1);
        nowMs = next.atMs;
        next.work();
      }
      nowMs = untilMs;
      // The part that rehearses is loaded when it is needed.
      await import('../../../src/pipeline/rehearsal/rehearseReloads.js');
      await new Promise((resolve) => setImmediate(resolve));
      return begunCount;
    },
  };
}

describe('a rehearsal', () => {
  it('begins once, when the host is idle after its start', async () => {
    const host = rehearsed();
    host.subscribe();
    expect(await host.pass(200)).toBe(0);
    host.events$.next(LOADED);
    expect(await host.pass(200)).toBe(0);
    expect(await host.pass(200)).toBe(1);
    expect(await host.pass(60_000)).toBe(1);
    expect(host.timers).toEqual([]);
    expect(host.seen).toEqual([LOADED]);
  });

  it('does not begin after the first work', async () => {
    const host = rehearsed();
    host.subscribe();
    await host.pass(200);
    host.events$.next(DETECTED);
    expect(host.timers).toEqual([]);
    expect(await host.pass(60_000)).toBe(0);
  });

  it('does not begin after the end of the subscription, nor of the events', async () => {
    const first = rehearsed();
    first.subscribe().unsubscribe();
    expect(first.timers).toEqual([]);
    expect(await first.pass(60_000)).toBe(0);

    const second = rehearsed();
    second.subscribe();
    second.events$.complete();
    expect(second.timers).toEqual([]);
    expect(await second.pass(60_000)).toBe(0);
  });

  it('is not asked for where it is off, or left out', async () => {
    for (const options of [{ rehearsal: 'off' }, {}] as const) {
      const host = rehearsed(options);
      host.subscribe();
      expect(await host.pass(60_000)).toBe(0);
      expect(host.askedCount()).toBe(0);
    }
  });

  it('is not asked for in virtual time', () => {
    const clock = new VirtualTimeScheduler();
    let askedCount = 0;
    const target: ReloadTarget = {
      ...fakeTarget({ scheduler: clock }),
      rehearsal() {
        askedCount += 1;
        return undefined;
      },
    };
    const seen: ReloadEvent[] = [];
    const options = { ...presets.development, source$: NEVER, target, scheduler: clock };
    const running = hotReload(options).subscribe((event) => seen.push(event));
    clock.flush();
    running.unsubscribe();

    expect(presets.development.rehearsal).toBe('idle');
    expect([askedCount, seen]).toEqual([0, []]);
  });

  it('has an option that can be wrong', () => {
    const rehearsal: unknown = 'always';
    const options = { source$: NEVER, target: fakeTarget(), rehearsal };
    expect(() => hotReload(options as Parameters<typeof hotReload>[0])).toThrow(
      /rehearsal \(always\)/,
    );
  });
});
