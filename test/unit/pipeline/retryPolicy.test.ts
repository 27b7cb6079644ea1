import { describe, expect, it } from 'vitest';
import { consecutive, type HotReloadOptions, presets } from '../../../src/index.js';
import type { FakeFailure, FakeReload } from '../../../src/testing/index.js';
import { savePlugin } from './savedPlugin.js';

interface Host {
  readonly preset: Partial<HotReloadOptions>;
  /** Its window at most. */
  readonly windowMs: number;
}

const HOSTS: Readonly<Record<string, Host>> = {
  'without a preset': { preset: {}, windowMs: 500 },
  'in development': { preset: presets.development, windowMs: 500 },
  'in production': { preset: presets.production, windowMs: 10_000 },
};
const hosts = Object.entries(HOSTS);

const CONTENT_FAILURES: readonly FakeFailure[] = [
  'CompilationFailed',
  'ManifestInvalid',
  'ManifestNotFound',
  'ExportMissing',
  'ApiVersionMismatch',
  'NameTaken',
  'CapabilitiesNotApproved',
  'VersionSuspect',
  'ProbationFailed',
].map((_tag) => ({ _tag, message: `refused as ${_tag}` }));

const TYPO: FakeReload = { fails: { _tag: 'CompilationFailed', message: 'unexpected token' } };

describe.each(hosts)(
  'a failure that only other content can cure, %s',
  (_where, { preset, windowMs }) => {
    it.each(CONTENT_FAILURES)('$_tag is tried once, and no breaker counts it', (fails) => {
      const run = savePlugin([0, 20_000, 40_000, 60_000], () => ({ fails }), {
        ...preset,
        untilMs: 300_000,
      });

      expect(run.attempts.map(({ content }) => content)).toEqual([1, 2, 3, 4]);
      expect(run.of('BreakerChanged')).toEqual([]);
      expect(run.of('RetryScheduled')).toEqual([]);
      expect(run.of('ReloadFailed').map(({ willRetry }) => willRetry)).toEqual(
        Array(4).fill(false),
      );
    });

    it('is not retried nor counted because the user asks for it', () => {
      const run = savePlugin([0, 20_000], () => TYPO, {
        ...preset,
        backoff: { ...preset.backoff, retryIf: () => true },
        breaker: { trip: consecutive(1), classify: () => 'failure' },
        untilMs: 300_000,
      });

      expect(run.attempts).toHaveLength(2);
      expect(run.of('BreakerChanged')).toEqual([]);
    });

    it('leaves a probe undecided, so that the next save is the probe', () => {
      const threw: FakeReload = { fails: { _tag: 'EvaluationFailed', message: 'it threw' } };
      const run = savePlugin(
        [0, 40_000, 60_000],
        ({ content }) => [threw, TYPO, {}][content - 1] ?? {},
        {
          ...preset,
          breaker: { trip: consecutive(1), openForMs: 600_000 },
          untilMs: 300_000,
        },
      );

      expect(run.of('BreakerChanged').map(({ to }) => to)).toEqual(['open', 'half-open', 'closed']);
      expect(run.servedAfterMs(60_000) - 60_000).toBeLessThanOrEqual(windowMs);
    });

    it('does not hold up the save that mends it', () => {
      const run = savePlugin([0, 20_000], ({ content }) => (content === 1 ? TYPO : {}), {
        ...preset,
        breaker: { ...preset.breaker, trip: consecutive(3) },
        untilMs: 300_000,
      });

      expect(run.servedAfterMs(20_000) - 20_000).toBeLessThanOrEqual(windowMs);
    });
  },
);

const TIME_CURES: readonly FakeFailure[] = [
  { _tag: 'TimedOut', phase: 'quiesce', limitMs: 2_000, message: 'calls in flight did not end' },
  { _tag: 'TimedOut', phase: 'compile', limitMs: 10_000, message: 'the disk is slow' },
  { _tag: 'StateSaveFailed', reason: 'ENOSPC', message: 'no space is left on the device' },
  { _tag: 'Io', code: 'EBUSY', path: 'index.ts', message: 'it kept changing' },
];

describe.each([
  ['in development', presets.development],
  ['with retryUnchanged: false alone', { retryUnchanged: false }],
])('a failure that time can cure, %s', (_where, preset) => {
  it.each(TIME_CURES)('$_tag: $message: is retried, whatever its text', (fails) => {
    const run = savePlugin([0], ({ run: n }) => (n < 2 ? { fails } : {}), {
      ...preset,
      breaker: { ...preset.breaker, trip: consecutive(9) },
      untilMs: 60_000,
    });

    expect(run.of('ReloadFailed').map(({ willRetry }) => willRetry)).toEqual([true, true]);
    expect(run.servedAfterMs(0)).toBeLessThan(60_000);
  });

  it.each([
    ['at a retry', { trip: consecutive(9) }, 1_500],
    ['at the first probe, when its breaker has opened', { openForMs: 5_000 }, 7_000],
  ])('goes live when a store that was full has room again: %s', (_when, breaker, limitMs) => {
    const full: FakeReload = {
      fails: { _tag: 'StateSaveFailed', reason: 'ENOSPC', message: 'the store is full' },
    };
    const run = savePlugin([0], ({ atMs }) => (atMs < 400 ? full : {}), {
      ...preset,
      breaker: { ...preset.breaker, ...breaker },
      untilMs: 60_000,
    });

    expect(run.servedAfterMs(0)).toBeLessThan(limitMs);
  });

  it('is given up when its retries are used up', () => {
    const busy: FakeReload = {
      fails: { _tag: 'TimedOut', phase: 'quiesce', limitMs: 2_000, message: 'busy' },
    };
    const run = savePlugin([0], () => busy, {
      ...preset,
      backoff: { ...preset.backoff, maxRetries: 3 },
      breaker: { ...preset.breaker, trip: consecutive(9) },
      untilMs: 300_000,
    });

    expect(run.attempts).toHaveLength(4);
  });

  it.each(['EvaluationFailed', 'LifecycleFailed', 'HealthCheckFailed'])(
    'unlike %s of the same bytes, which is tried at most twice',
    (_tag) => {
      const run = savePlugin([0], () => ({ fails: { _tag, message: 'it threw' } }), {
        ...preset,
        untilMs: 300_000,
      });

      expect(run.attempts.length).toBeLessThanOrEqual(2);
    },
  );
});

describe('a host that is closed', () => {
  const closed: FakeReload = {
    fails: { _tag: 'Aborted', reason: 'the runtime is closed', message: 'the runtime is closed' },
  };

  it.each(hosts)('is not asked again, and no breaker opens: %s', (_where, { preset }) => {
    const run = savePlugin([0, 20_000, 40_000], () => closed, { ...preset, untilMs: 900_000 });

    expect(run.attempts).toHaveLength(3);
    expect(run.of('RetryScheduled')).toEqual([]);
    expect(run.of('BreakerChanged')).toEqual([]);
  });

  it('is not asked again by a retry that was due when it closed', () => {
    const throws: FakeReload = { fails: { _tag: 'EvaluationFailed', message: 'it threw' } };
    const run = savePlugin([0], ({ run: n }) => (n === 0 ? throws : closed), { untilMs: 900_000 });

    expect(run.attempts).toHaveLength(2);
    expect(run.of('ReloadFailed').map(({ willRetry }) => willRetry)).toEqual([true, false]);
  });
});
