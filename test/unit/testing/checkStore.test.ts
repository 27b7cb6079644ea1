import { right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import { stateNotGiven, stateNotSaved } from '../../../src/model/reload/stateFailures.js';
import { storeFailure } from '../../../src/state/records/storeFailure.js';
import { type SimulatedAct, simulate } from '../../../src/testing/index.js';
import { checkStore } from '../../../src/testing/simulator/checks/checkStore.js';
import { drawRun } from '../../../src/testing/simulator/drawRun.js';
import type { RunObserver } from '../../../src/testing/simulator/observe/RunObserver.js';
import { RunReport } from '../../../src/testing/simulator/observe/RunReport.js';
import type { PluginInstance } from '../../../src/testing/simulator/plugin/simulatedPlugin.js';

const LONG_MS = 60_000;
const STATE = { plugin: 'p0', schema: 1, codeHash: '', state: {} };
const instance: PluginInstance = {
  ...{ plugin: 'p0', program: { id: 2, startMs: 0 }, part: undefined, version: 2 },
  ...{ count: 0, callCount: 0 },
};

/** What the check says of these events. Each happens 10 ms after the one before. */
function messagesOf(
  happens: (
    check: Required<Pick<RunObserver, 'diskFailed' | 'saveEnded' | 'instanceEvaluated'>> &
      RunObserver,
    emit: (event: UnstampedEvent) => void,
  ) => void,
): readonly string[] {
  const report = new RunReport();
  const setup = { ...drawRun({ seed: 1 }).setup, plugins: ['p0'] };
  const now = { ms: 0 };
  const none = () => undefined;
  const check = checkStore({ setup, report, nowMs: () => now.ms, servingOf: () => 2 });
  const emit = (event: UnstampedEvent) => {
    now.ms += 10;
    check.eventEmitted?.({ v: 1, i: 0, atMs: now.ms, ...event });
  };
  happens({ diskFailed: none, saveEnded: none, instanceEvaluated: none, ...check }, emit);
  return report.violations.map(({ message }) => message);
}

const started: UnstampedEvent = { _tag: 'ReloadStarted', plugin: 'p0', attempt: 1 };
const failed = (error: ReloadError): UnstampedEvent => ({
  ...{ _tag: 'ReloadFailed', plugin: 'p0', error, stillServing: 1, willRetry: true, changes: [] },
});
const full = Object.assign(new Error('full'), { code: 'ENOSPC' });

describe('the check of a store that fails for a while', () => {
  it.each([
    ['the store did not save', stateNotSaved('p0', 'full')],
    ['the store could not be read', storeFailure.io('p0', '/state', 'read', full)],
  ])('wants a call of the disk to have failed in the same attempt when %s', (_, error) => {
    const past = messagesOf((check, emit) => {
      check.diskFailed();
      emit(started);
      emit(failed(error));
    });
    const now = messagesOf((check, emit) => {
      emit(started);
      check.diskFailed();
      emit(failed(error));
    });
    expect(past).toEqual([expect.stringContaining('had not failed for 20 ms')]);
    expect(now).toEqual([]);
  });

  it('knows that a plugin may give no state by its own fault', () => {
    const error = stateNotGiven('p0', 'thrown');
    expect(messagesOf((_, emit) => [started, failed(error)].forEach(emit))).toEqual([]);
  });

  const goesLive = (between: (check: RunObserver, emit: (event: UnstampedEvent) => void) => void) =>
    messagesOf((check, emit) => {
      check.saveEnded(STATE, right({ ...STATE, seq: 1 }));
      check.instanceEvaluated(instance);
      between(check, emit);
      emit({ _tag: 'Reloaded', plugin: 'p0', from: 1, to: 2, stageMs: {}, changes: [0] });
    });

  it('wants a version to have the state that was acknowledged, or its loss to be told', () => {
    expect(goesLive(() => undefined)).toEqual([expect.stringContaining('serves without a state')]);
    expect(goesLive((check) => check.stateRestored?.(instance, '{}', 1))).toEqual([]);
    expect(goesLive((check) => check.recordDamaged?.('p0', 1, '/state/p0.1.state'))).toEqual([]);
    const lost: UnstampedEvent = {
      ...{ _tag: 'StateLost', plugin: 'p0', from: 1, to: 2, reason: 'no way' },
    };
    expect(goesLive((_, emit) => emit(lost))).toEqual([]);
  });
});

it('a host that starts on a disk that does not answer loses no state of it', {
  timeout: LONG_MS,
}, async () => {
  const write = (id: number): SimulatedAct => ({
    ...{ afterMs: 300, do: 'write', plugin: 0, program: { id, startMs: 0 } },
  });
  const outage: SimulatedAct = {
    ...{ afterMs: 300, do: 'diskOutage', code: 'EIO', forMs: 700, isWhole: true },
  };
  const crash: SimulatedAct = { afterMs: 5, do: 'crash', kind: 'kill', afterCalls: 0, seed: 1 };
  const call: SimulatedAct = { afterMs: 5, do: 'call', plugin: 0, takesMs: 0 };
  const quiet: SimulatedAct = { afterMs: 0, do: 'quiet' };
  const history = [call, write(41), outage, write(42), crash, quiet, write(43), quiet];
  for (const seed of [1, 2, 3, 4]) {
    const { violations, coverage } = await simulate({ seed, steps: 600, history });
    expect(violations, `seed ${seed}`).toEqual([]);
    expect(coverage['disk error'], `seed ${seed}`).toBeGreaterThan(0);
    expect(coverage['state restored'], `seed ${seed}`).toBeGreaterThan(0);
  }
});
