import { of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { Trace } from '../../../src/model/trace/TraceRecord.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { eventsOf } from '../../../src/trace/replay/fieldsOf.js';
import { replayRun } from '../../../src/trace/replayRun.js';
import { traceRing } from '../../../src/trace/traceRing.js';
import { fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';
import { oddRun, recorder, traceOf } from './oddRun.js';

/** The issue asks for 1,000; the gate runs some of them. */
const ODD_RUN_COUNT = process.env['HOTPIPE_FAULTS'] === 'long' ? 1_000 : 24;
const LEVELS = ['none', 'paths', 'all'] as const;

function save(atMs: number): WatchEvent {
  return { _tag: 'Modified', path: '/plugins/counter/index.ts', kind: 'file', atMs, batch: 1 };
}

/** Three saves of one plugin; the second one fails, and its retry too. */
function recordedSaves(): Trace {
  const time = new VirtualTime(1_000);
  const { records, sink } = recorder();
  const source$ = new Subject<WatchEvent>();
  const target = fakeTarget({
    scheduler: time,
    reload: (_, run) =>
      run === 1 || run === 2
        ? { takesMs: 7, fails: { _tag: 'EvaluationFailed', message: 'boom' } }
        : { takesMs: 5 },
  });
  const subscription = hotReload({
    source$,
    target,
    scheduler: time,
    debounce: { minMs: 10 },
    trace: sink,
  }).subscribe();
  for (const atMs of [0, 1_000, 5_000]) {
    time.schedule(() => source$.next(save(time.now())), atMs);
  }
  while (time.nextDueMs < 20_000) time.runNext();
  subscription.unsubscribe();
  return traceOf(records);
}

describe('replayRun', () => {
  it('gives the same events with the same stamps, whatever is odd about a run', async () => {
    let count = 0;
    for (let seed = 0; seed < ODD_RUN_COUNT; seed += 1) {
      const redact = LEVELS[seed % LEVELS.length] ?? 'none';
      const { trace, events } = await oddRun(seed, { redact });
      const replayed = await replayRun(trace);
      expect(replayed.divergence?.message, `seed ${seed}`).toBeUndefined();
      expect(replayed.events).toHaveLength(events.length);
      expect(eventsOf(trace.records)).toHaveLength(events.length);
      count += events.length;
    }
    expect(count).toBeGreaterThan(ODD_RUN_COUNT * 10);
  }, 300_000);

  it('records the events that the subscriber gets, and changes none of them', async () => {
    const trace = recordedSaves();
    const { events, divergence } = await replayRun(trace);
    expect(divergence).toBeNull();
    expect(events.map(({ _tag }) => _tag)).toEqual([
      'ChangeDetected',
      'ReloadStarted',
      'Loaded',
      'ChangeDetected',
      'ReloadStarted',
      'ReloadFailed',
      'RetryScheduled',
      'ReloadStarted',
      'ReloadFailed',
      'RetryScheduled',
      'ReloadStarted',
      'Reloaded',
      'ChangeDetected',
      'ReloadStarted',
      'Reloaded',
    ]);
  });

  it('says which event of which plugin differs, and what came before it', async () => {
    const trace = recordedSaves();
    const { divergence } = await replayRun(trace, { backoff: { maxRetries: 0 } });
    expect(divergence?.plugin).toBe('counter');
    expect(divergence?.expected).toMatch(/^ReloadFailed of counter at 1017 ms .*"willRetry":true/);
    expect(divergence?.got).toMatch(/^ReloadFailed of counter at 1017 ms .*"willRetry":false/);
    expect(divergence?.recent.map(({ _tag }) => _tag)).toEqual([
      'ChangeDetected',
      'ReloadStarted',
      'Loaded',
      'ChangeDetected',
      'ReloadStarted',
    ]);
    expect(divergence?.message).toContain(
      'The last events before it:\n  ChangeDetected of counter',
    );
  });

  it('names the event that a different window is on the way to', async () => {
    const { divergence } = await replayRun(recordedSaves(), {
      debounce: { minMs: 10, leading: true },
    });
    expect(divergence?.expected).toMatch(/^timer \d+ fires, then ChangeDetected of counter/);
    expect(divergence?.got).toMatch(/^ChangeDetected of counter at 0 ms .*"closedBy":"leading"/);
  });

  it('never takes a cut trace for the same run', async () => {
    const whole = recordedSaves();
    for (let length = 0; length < whole.records.length; length += 1) {
      const cut = { ...whole, records: whole.records.slice(0, length), isComplete: false };
      const outcome = await replayRun(cut).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toHaveProperty('_tag', 'TraceIncomplete');
      else expect(outcome).toHaveProperty('divergence.got', expect.stringContaining('it was cut'));
    }
  });

  it('refuses what cannot be run again, and says why', async () => {
    const trace = recordedSaves();
    const ofEvents = { ...trace, header: { ...trace.header, level: 'events' } };
    await expect(replayRun(ofEvents)).rejects.toMatchObject({ _tag: 'TraceIncomplete' });
    const withGap = { ...trace, records: [...trace.records.slice(0, 4), { k: 'gap', count: 2 }] };
    await expect(replayRun(withGap)).rejects.toMatchObject({ _tag: 'TraceIncomplete', line: 6 });
    const newer = { ...trace, header: { ...trace.header, v: 2 } };
    await expect(replayRun(newer)).rejects.toMatchObject({ _tag: 'TraceTooNew' });
    await expect(replayRun({ ...trace, header: { k: 'ev' } })).rejects.toMatchObject({
      _tag: 'TraceCorrupt',
    });
  });

  it('replays a ring that still has the whole run up to where it is', async () => {
    const ring = traceRing();
    const time = new VirtualTime();
    const target = fakeTarget({ scheduler: time });
    const options = { source$: of(save(0)), target, scheduler: time, trace: ring };
    hotReload(options).subscribe();
    time.flush(1_000);
    const [header = { k: '' }, ...records] = ring.records();
    const { events, divergence } = await replayRun({ header, records, isComplete: false });
    expect(events.map(({ _tag }) => _tag)).toEqual(['ChangeDetected', 'ReloadStarted', 'Loaded']);
    expect(divergence?.got).toContain('without its end');
  });

  it.each([-1, 0.5, Number.NaN, Infinity, 2 ** 60])('refuses the seed %d', (seed) => {
    const { sink } = recorder({ seed });
    const options = { source$: new Subject<WatchEvent>(), target: fakeTarget(), trace: sink };
    expect(() => hotReload(options)).toThrow(`trace: seed (${seed})`);
  });

  it('ends a recording whose sink throws, and nothing else', () => {
    const time = new VirtualTime();
    let count = 0;
    const trace = {
      next: () => {
        count += 1;
        if (count > 3) throw new Error('the sink is broken');
      },
      error: () => undefined,
      complete: () => undefined,
    };
    const seen: string[] = [];
    hotReload({
      source$: of(save(0)),
      target: fakeTarget({ scheduler: time }),
      scheduler: time,
      trace,
    }).subscribe(({ _tag }) => seen.push(_tag));
    time.flush(1_000);
    expect(seen).toEqual(['ChangeDetected', 'ReloadStarted', 'Loaded']);
    expect(count).toBe(4);
  });
});
