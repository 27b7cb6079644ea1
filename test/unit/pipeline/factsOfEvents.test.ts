import { describe, expect, it } from 'vitest';
import { consecutive, constant } from '../../../src/index.js';
import type { FakeReload } from '../../../src/testing/index.js';
import { savePlugin } from './savedPlugin.js';

const THROWS: FakeReload = {
  fails: { _tag: 'EvaluationFailed', message: 'it threw', fingerprint: 'of the broken file' },
};
const GOOD: FakeReload = {};
const untilMs = 60_000;
const debounce = { minMs: 20 };

describe('facts about changes', () => {
  it('number the changes of a plugin, and say when and how each came to be', () => {
    const { events, of } = savePlugin([0, 5, 1_000], () => GOOD, { untilMs, debounce });

    expect(of('ChangeDetected')).toMatchObject([
      {
        change: 0,
        count: 2,
        firstAtMs: 0,
        lastAtMs: 5,
        kinds: ['Modified'],
        closedBy: 'quiet',
        windowMs: 20,
      },
      { change: 1, count: 1, closedBy: 'quiet', afterFlushMs: 1_000 - 25 },
    ]);
    expect(of('ChangeDetected')[0]).not.toHaveProperty('afterFlushMs');
    expect(of('ReloadStarted')).toMatchObject([
      { changes: [0], cause: 'change', queuedMs: 0 },
      { changes: [1], cause: 'change' },
    ]);
    const ends = events.flatMap((event) =>
      event._tag === 'Loaded' || event._tag === 'Reloaded' ? [event.changes] : [],
    );
    expect(ends).toEqual([[0], [1]]);
  });

  it('go on with the numbers after the minutes in which an idle plugin is forgotten', () => {
    const later = 900_000;
    const { of } = savePlugin([0, later], () => GOOD, { untilMs: later + 1_000, debounce });

    expect(of('ChangeDetected').map(({ change }) => change)).toEqual([0, 1]);
    expect(of('ChangeDetected')[1]?.afterFlushMs).toBe(later - 20);
  });

  it.each([
    ['the first of a burst that does not wait', [0], { minMs: 20, leading: true }, ['leading']],
    ['the longest wait', [0, 15, 30, 45], { minMs: 20, maxWaitMs: 40 }, ['maxWait', 'quiet']],
    ['the most events', [0, 5, 10], { minMs: 20, maxCount: 3 }, ['maxCount']],
    ['quiet', [0, 5], { minMs: 20, maxCount: 3 }, ['quiet']],
  ] as const)('say that a window was closed by %s', (_what, saves, window, closedBy) => {
    const { of } = savePlugin(saves, () => GOOD, { untilMs, debounce: window });

    expect(of('ChangeDetected').map((event) => event.closedBy)).toEqual(closedBy);
  });

  it('name the newer change that ended a wait, for a retry or for a turn', () => {
    const { of } = savePlugin(
      [0, 100, 150, 200],
      ({ run }) => (run === 0 ? THROWS : { takesMs: 500 }),
      {
        untilMs,
        debounce,
        backoff: { delay: constant(10_000), maxRetries: 3 },
      },
    );

    expect(of('Superseded')).toMatchObject([
      { changes: [0], by: 1 },
      { changes: [2], by: 3 },
    ]);
    expect(of('ReloadStarted').map(({ changes }) => changes)).toEqual([[0], [1], [3]]);
  });

  it('tell a retry from a probe, and a change that waits for a probe too', () => {
    const { of } = savePlugin([0, 3_000], ({ run }) => (run < 4 ? THROWS : GOOD), {
      untilMs,
      debounce,
      backoff: { delay: constant(100), maxRetries: 5 },
      breaker: { trip: consecutive(3), openForMs: 2_000 },
    });

    expect(of('ReloadStarted').map(({ cause }) => cause)).toEqual([
      'change',
      'retry',
      'retry',
      'probe',
      'probe',
    ]);
  });

  it('say how long an attempt waited for its turn', () => {
    const { of } = savePlugin([0, 100], () => ({ takesMs: 400 }), { untilMs, debounce });

    // The second change waits for the first one, which is no wait for `concurrency`.
    expect(of('ReloadStarted').map(({ queuedMs }) => queuedMs)).toEqual([0, 0]);
  });

  it('a failure has the fingerprint of what was tried, and the changes of its attempt', () => {
    const { of } = savePlugin([0], () => THROWS, {
      untilMs,
      debounce,
      backoff: { delay: constant(100), maxRetries: 1 },
    });

    expect(of('ReloadFailed')).toMatchObject([
      { willRetry: true, changes: [0], fingerprint: 'of the broken file' },
      { willRetry: false, changes: [0], fingerprint: 'of the broken file' },
    ]);
  });
});
