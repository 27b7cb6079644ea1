import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { crashed } from '../../../src/model/reload/failures.js';
import type { Crashed, ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import { CallGate } from '../../../src/runtime/calls/CallGate.js';
import type { PluginInstance } from '../../../src/runtime/instances/PluginInstance.js';
import { CrashRestarts } from '../../../src/runtime/slot/CrashRestarts.js';

/** A plugin whose instances die when the test calls `crash`; `restart` decides how a restart ends. */
function start(restart: (attempt: number) => Either<ReloadError, void> = () => right(undefined)) {
  const scheduler = new VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
  const log: string[] = [];
  const gate = new CallGate('a');
  const retriesAtMs: (number | null)[] = [];
  let die: (error: Crashed) => void = () => undefined;
  let serving: PluginInstance | undefined;
  let attempts = 0;
  const serve = () => {
    const instance: PluginInstance = {
      wasStarted: true,
      exportNames: [],
      callable: () => undefined,
      lifecycle: () => undefined,
      supervise: (onCrash) => (die = onCrash),
      dispose: () => Promise.resolve([]),
    };
    serving = instance;
    restarts.watch(instance);
  };
  const restarts = new CrashRestarts({
    name: 'a',
    gate,
    version: 2,
    environment: {
      scheduler,
      report: () => undefined,
      emit: (event: UnstampedEvent) => {
        if (event._tag !== 'BreakerChanged') return;
        log.push(`${event.from} → ${event.to}`);
        retriesAtMs.push(event.retryAtMs);
      },
    },
    isServing: (instance) => instance === serving,
    probation: {
      failed: (error) => log.push(`counted ${String(error)}`),
      fail: () => log.push('given up'),
    },
    async restartCrashed(instance) {
      if (instance !== serving) return right(undefined);
      const restarted = restart((attempts += 1));
      if (restarted._tag === 'Right') serve();
      return restarted;
    },
  });
  serve();
  const crash = () => die(crashed('a', 'dead'));
  /** Runs the restart that is due, and what follows from it. */
  const pass = async () => {
    scheduler.maxFrames = Math.min(...scheduler.actions.map(({ delay }) => delay));
    scheduler.flush();
    for (let turn = 0; turn < 9; turn += 1) await Promise.resolve();
  };
  const crashOften = async () => {
    for (let crashes = 0; crashes < 5; crashes += 1) {
      crash();
      await pass();
    }
    crash();
    log.length = 0;
  };
  return { scheduler, log, gate, retriesAtMs, serve, crash, pass, crashOften, restarts };
}

describe('CrashRestarts', () => {
  test('each crash counts as a failure, and the sixth in a row fails the version', async () => {
    const { log, crash, pass } = start();
    for (let crashes = 0; crashes < 6; crashes += 1) {
      crash();
      await pass();
    }

    expect(log.slice(0, 5)).toEqual(Array(5).fill('counted a: dead'));
    expect(log.slice(5)).toEqual([
      'given up',
      'closed → open',
      'open → half-open',
      'half-open → closed',
    ]);
  });

  test('a version that ran well for ten seconds of its own clock starts over, whatever the machine says', async () => {
    const { scheduler, log, crash, pass } = start();
    for (let crashes = 0; crashes < 12; crashes += 1) {
      crash();
      await pass();
      scheduler.frame += 10_000;
    }

    expect(log).toEqual(Array(12).fill('counted a: dead'));
  });

  test('the breaker is reported closed when another version serves, and when the plugin is unloaded', async () => {
    const ordered = start();
    await ordered.crashOften();
    ordered.serve();
    expect(ordered.log).toEqual(['open → closed']);

    const gone = start();
    await gone.crashOften();
    gone.restarts.end();
    gone.restarts.end();
    expect(gone.log).toEqual(['open → closed']);
    expect(gone.scheduler.actions.every(({ closed }) => closed)).toBe(true);
  });

  test('a failed try opens the breaker for another minute', async () => {
    const failure = crashed('a', 'still dead');
    const { log, crashOften, pass } = start((attempt) =>
      attempt > 5 ? left(failure) : right(undefined),
    );
    await crashOften();
    await pass();

    expect(log).toEqual(['open → half-open', 'given up', 'half-open → open']);
  });

  test('calls are refused while the breaker is open, with the reason and the time of the next try', async () => {
    const { gate, retriesAtMs, scheduler, crashOften } = start();
    await crashOften();
    expect(retriesAtMs).toEqual([scheduler.now() + 60_000]);
    await expect(gate.call('any', [])).rejects.toMatchObject({
      ...{ _tag: 'Crashed', plugin: 'a' },
      message: 'a: dead It is started again in 60000 ms at the latest, or when its files change.',
    });
  });

  test('the death of a copy that does not serve any more changes nothing', () => {
    const { log, scheduler, restarts } = start();
    const gone: PluginInstance = {
      ...{ wasStarted: true, exportNames: [] },
      callable: () => undefined,
      lifecycle: () => undefined,
      dispose: () => Promise.resolve([]),
    };
    restarts.died(gone, crashed('a', 'late'));
    expect([log, scheduler.actions.filter(({ closed }) => !closed)]).toEqual([[], []]);
  });
});
