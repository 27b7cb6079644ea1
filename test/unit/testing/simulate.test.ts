import { isRight } from 'fp-ts/lib/Either.js';
import { map, type Observable, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ReloadEventCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { presets } from '../../../src/pipeline/presets.js';
import { describeFailure } from '../../../src/testing/describeFailure.js';
import { shrinkFailure } from '../../../src/testing/shrinkFailure.js';
import { simulate } from '../../../src/testing/simulate.js';
import { simulatePipeline } from '../../../src/testing/simulatePipeline.js';

const LONG_MS = 60_000;

describe('simulate', () => {
  it('gives the same run for the same options, and another one for another seed', {
    timeout: LONG_MS,
  }, async () => {
    const [first, again, other] = [
      await simulate({ seed: 7, steps: 400 }),
      await simulate({ seed: 7, steps: 400 }),
      await simulate({ seed: 8, steps: 400 }),
    ];

    expect(again).toEqual(first);
    expect(other.hash).not.toBe(first.hash);
  });

  it('traces valid events, with indexes that go on from host to host', {
    timeout: LONG_MS,
  }, async () => {
    const { trace, violations } = await simulate({ seed: 2, steps: 300, faults: ['crash'] });

    expect(violations).toEqual([]);
    expect(trace.map(({ i }) => i)).toEqual([...trace.keys()]);
    expect(trace.every((event) => isRight(ReloadEventCodec.decode(event)))).toBe(true);
  });

  it('repeats a run from its history', { timeout: LONG_MS }, async () => {
    const { history, hash } = await simulate({ seed: 11, steps: 200 });
    const replayed = await simulate({ seed: 11, steps: 200, history });

    expect(replayed.hash).toBe(hash);
  });

  it.each([
    [{ seed: 0.5, steps: 1 }, 'simulate: seed (0.5) is not a whole number'],
    [{ seed: 1, steps: 0 }, 'simulate: steps (0) is not a whole number from 1'],
    [{ seed: 1, steps: 1.5 }, 'simulate: steps (1.5) is not a whole number from 1'],
    [
      { seed: 1, steps: 1, plugins: 0 },
      'simulate: plugins (0) is not a whole number from 1 to 100',
    ],
    [
      { seed: 1, steps: 1, faults: ['crsh'] },
      'simulate: faults ("crsh") is not known: did you mean "crash"?',
    ],
    [
      { seed: 1, steps: 1, plantedBug: 'breaker-never-open' },
      'simulate: plantedBug ("breaker-never-open") is not known: did you mean "breaker-never-opens"?',
    ],
  ])('refuses %j', async (options, message) => {
    await expect(simulate(options)).rejects.toThrow(new RangeError(message));
  });
});

describe('shrinkFailure', () => {
  it('keeps few acts, which break the same invariant, and prints them as a test', {
    timeout: LONG_MS,
  }, async () => {
    const options = { seed: 0, steps: 300, plantedBug: 'wakes-every-plugin' };
    const failure = await shrinkFailure(options);
    if (failure === undefined) throw new Error('nothing failed');

    expect(failure.options.history.length).toBeLessThanOrEqual(2);
    expect(failure.simulation.violations[0]?.invariant).toBe(9);
    const text = describeFailure(failure);
    expect(text).toContain("it('keeps invariant 9, seed 0', async () => {");
    expect(text).toContain(
      "simulate({ seed: 0, steps: 300, plantedBug: 'wakes-every-plugin', history })",
    );
  });

  it('resolves undefined when nothing fails', { timeout: LONG_MS }, async () => {
    expect(await shrinkFailure({ seed: 1, steps: 60, faults: [] })).toBeUndefined();
  });
});

describe('simulatePipeline', () => {
  it('finds nothing in a correct pipeline', { timeout: LONG_MS }, async () => {
    const { violations, trace } = await simulatePipeline({
      seed: 4,
      steps: 250,
      faults: ['slow-loader', 'crash'],
      pipeline: (ports) => hotReload({ ...ports, concurrency: 1 }),
      expects: { concurrency: 1 },
    });

    expect(violations).toEqual([]);
    expect(trace.length).toBeGreaterThan(10);
  });

  it('finds a pipeline that never emits, and unsubscribes from it', async () => {
    const ownClock$ = new Subject<ReloadEvent>();
    const { violations } = await simulatePipeline({
      seed: 4,
      steps: 50,
      pipeline: () => ownClock$,
    });

    expect(violations).not.toEqual([]);
    expect(ownClock$.observed).toBe(false);
  });

  it('finds nothing in the production preset, when it is told what the preset sets', {
    timeout: LONG_MS,
  }, async () => {
    const { violations } = await simulatePipeline({
      seed: 4,
      steps: 600,
      pipeline: (ports) =>
        hotReload({ ...ports, ...presets.production, scheduler: ports.scheduler }),
      expects: {
        minMs: 2_000,
        maxMs: 10_000,
        maxWaitMs: 100_000,
        isLeading: false,
        initialMs: 1_000,
        maxDelayMs: 60_000,
        maxRetries: 5,
        jitter: 'equal',
        retryUnchanged: true,
        failureCount: 3,
        openForMs: 60_000,
        probeGapMs: 1_000,
        probeOn: 'change',
        reloadTimeoutMs: 30_000,
        concurrency: 4,
      },
    });

    expect(violations).toEqual([]);
  });

  it('refuses a pipeline that returns no Observable', async () => {
    // As in JavaScript: a function without a `return`.
    const [nothing]: Observable<ReloadEvent>[] = JSON.parse('[]');
    const pipeline: () => Observable<ReloadEvent> = () => nothing!;
    const given = { seed: 4, steps: 250, pipeline };
    await expect(simulatePipeline(given)).rejects.toThrow(
      'simulatePipeline: pipeline returned undefined, not an Observable: is a `return` missing?',
    );
  });

  it('finds the defect of an incorrect pipeline', { timeout: LONG_MS }, async () => {
    const { violations } = await simulatePipeline({
      seed: 4,
      steps: 250,
      faults: [],
      pipeline: (ports) => hotReload(ports).pipe(map((event) => ({ ...event, i: 0 }))),
    });

    expect(violations[0]?.invariant).toBe(7);
  });
});
