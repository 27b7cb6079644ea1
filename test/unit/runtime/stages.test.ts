import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { crashed } from '../../../src/model/reload/failures.js';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import { PluginCallError } from '../../../src/runtime/calls/PluginCallError.js';
import type { PluginInstance } from '../../../src/runtime/instances/PluginInstance.js';
import { createSteps, StageTime } from '../../../src/runtime/protocol/createSteps.js';
import { disposeInstance } from '../../../src/runtime/protocol/disposeInstance.js';
import { giveState, migrateState } from '../../../src/runtime/protocol/giveState.js';
import {
  type KeptState,
  stateToText,
  type TakenState,
} from '../../../src/runtime/protocol/KeptState.js';
import {
  closingLimitMs,
  defaultLimitsMs,
  type Stage,
} from '../../../src/runtime/protocol/Stage.js';
import { checkHealth, startInstance } from '../../../src/runtime/protocol/startInstance.js';
import { codeOf, versionWith, virtualSteps } from './fakeVersion.js';

const stateOf = (state: unknown, stateVersion = 1): KeptState => {
  const text = stateToText(state);
  if (text._tag === 'Left') throw new Error(text.left);
  return { ...text.right, stateVersion };
};

describe('MIGRATE and RESTORE', () => {
  /** Gives a state to a version of format 3, and lists what its functions were called with. */
  async function give(taken: TakenState | undefined, lifecycle: 'none' | 'restore' | 'both') {
    const calls: unknown[][] = [];
    const restoreState = (...args: unknown[]) => void calls.push(['restore', ...args]);
    const migrate = (...args: unknown[]) => {
      calls.push(['migrate', ...args]);
      return { migrated: true };
    };
    const functions = { none: {}, restore: { restoreState }, both: { restoreState, migrate } };
    const { steps } = virtualSteps();
    const code = codeOf({ 'state-version': 3 });
    const given = await giveState(versionWith(functions[lifecycle]), code, taken, steps);
    return { given, calls, stages: Object.keys(steps.stageMs) };
  }

  test('a state of the same format is restored as it is', async () => {
    const state = stateOf({ n: 1 }, 3);
    const { given, calls, stages } = await give(state, 'both');

    expect([given, calls, stages]).toEqual([right(state), [['restore', { n: 1 }, 3]], ['restore']]);
  });

  test.each([2, 4])(
    'a state of format %i is migrated, and restored with the format that it had',
    async (format) => {
      const { given, calls, stages } = await give(stateOf({ n: 1 }, format), 'both');

      expect(given).toEqual(right(stateOf({ migrated: true }, 3)));
      expect(calls).toEqual([
        ['migrate', { n: 1 }, format, 3],
        ['restore', { migrated: true }, format],
      ]);
      expect(stages).toEqual(['migrate', 'restore']);
    },
  );

  test('without migrate, an older state is left to restoreState, and a newer one is refused', async () => {
    const older = stateOf({ n: 1 }, 2);
    expect(await give(older, 'restore')).toMatchObject({
      given: right(older),
      calls: [['restore', { n: 1 }, 2]],
    });
    expect(await give(stateOf({ n: 1 }, 4), 'restore')).toMatchObject({
      given: {
        left: {
          _tag: 'StateRejected',
          reason:
            "the state has version 4, newer than this plugin's 3; export migrate(state, from, to)",
        },
      },
      calls: [],
    });
  });

  test('nothing is given to a version that takes no state, nor when there is none', async () => {
    expect(await give(stateOf(1, 3), 'none')).toEqual({
      given: right(undefined),
      calls: [],
      stages: [],
    });
    expect(await give(undefined, 'both')).toEqual({
      given: right(undefined),
      calls: [],
      stages: [],
    });
  });

  test('what is handed over is restored as the very object, and its copy is what was taken over', async () => {
    const value = { n: 1 };
    const kept = stateOf(value, 3);
    const { given, calls } = await give({ stateVersion: 3, reference: { value }, kept }, 'both');

    expect(given).toEqual(right(kept));
    expect(calls[0]?.[1]).toBe(value);
    expect(calls).toEqual([['restore', value, 3]]);
  });

  test.each([
    ['restoreState', 3, 'restoreState() threw: no'],
    ['migrate', 2, 'migrate() threw: no'],
  ])('what %s throws is a refusal', async (name, format, reason) => {
    const throws = () => Promise.reject(new Error('no'));
    const instance = versionWith({
      restoreState: () => undefined,
      migrate: () => 1,
      [name]: throws,
    });
    const { steps } = virtualSteps();
    const given = await giveState(
      instance,
      codeOf({ 'state-version': 3 }),
      stateOf(1, format),
      steps,
    );
    const value = { n: 1 };
    const handed = { stateVersion: 3, reference: { value }, kept: undefined };

    expect(given).toMatchObject({ left: { _tag: 'StateRejected', plugin: 'a', reason } });
    if (name === 'restoreState') {
      expect(await giveState(instance, codeOf(), handed, steps)).toMatchObject({
        left: { reason },
      });
    }
  });

  test('what migrate returns must be a state', async () => {
    const instance = versionWith({ migrate: () => 1n });
    expect(await migrateState(instance, 'a', stateOf(1), 2)).toMatchObject({
      left: {
        _tag: 'StateRejected',
        reason: expect.stringMatching(/^what migrate\(\) returned cannot be kept: ./),
      },
    });
  });
});

describe('START and HEALTH', () => {
  const start = async (lifecycle: Parameters<typeof versionWith>[0]) => {
    const { steps } = virtualSteps();
    const instance = versionWith(lifecycle);
    const started = await startInstance('a', instance, steps);
    return { started, wasStarted: instance.wasStarted, stages: Object.keys(steps.stageMs) };
  };

  test('calls init, then start, then health', async () => {
    const calls: string[] = [];
    const names = ['start', 'health', 'init'] as const;
    const lifecycle = Object.fromEntries(names.map((name) => [name, () => void calls.push(name)]));

    expect(await start(lifecycle)).toEqual({
      started: right(undefined),
      wasStarted: true,
      stages: ['start', 'health'],
    });
    expect(calls).toEqual(['init', 'start', 'health']);
  });

  test.each(['init', 'start'])(
    'what %s throws fails it, and nothing is called after it',
    async (name) => {
      const calls: string[] = [];
      const fails = (other: string) => () => {
        calls.push(other);
        if (other === name) throw new Error('no');
      };
      const lifecycle = Object.fromEntries(['init', 'start', 'health'].map((n) => [n, fails(n)]));

      expect(await start(lifecycle)).toMatchObject({
        started: {
          left: {
            _tag: 'LifecycleFailed',
            plugin: 'a',
            phase: name,
            reason: `${name}() threw: no`,
          },
        },
        // It may hold something that only `stop` gives back.
        wasStarted: true,
      });
      expect(calls.at(-1)).toBe(name);
    },
  );

  test.each([
    ['answers false', () => false, 'health() answered false'],
    ['throws', () => Promise.reject(new Error('no')), 'health() threw: no'],
  ])('a version whose health %s is refused', async (_, health, reason) => {
    const { steps } = virtualSteps();
    expect(await checkHealth('a', versionWith({ health }), steps)).toMatchObject({
      left: { _tag: 'HealthCheckFailed', plugin: 'a', reason },
    });
  });

  test.each([true, undefined, 0])(
    'a version whose health answers %s is healthy',
    async (answer) => {
      const { steps } = virtualSteps();
      expect(await checkHealth('a', versionWith({ health: () => answer }), steps)).toEqual(
        right(undefined),
      );
    },
  );
});

describe('DISPOSE', () => {
  const dispose = async (instance: PluginInstance, { steps, play } = virtualSteps()) => {
    const reports: ReloadError[] = [];
    const ended = disposeInstance({ report: (error) => reports.push(error) }, 'a', instance, steps);
    await Promise.all([ended, play()]);
    return reports;
  };

  test('stops what was started, and ends what it owns also when that fails', async () => {
    const calls: string[] = [];
    const stop = () => {
      calls.push('stop');
      throw new Error('no');
    };
    const ends = () => {
      calls.push('dispose');
      return Promise.resolve([]);
    };
    const reports = await dispose(versionWith({ stop }, { wasStarted: true, dispose: ends }));

    expect(calls).toEqual(['stop', 'dispose']);
    expect(reports).toMatchObject([
      { _tag: 'LifecycleFailed', phase: 'stop', reason: 'stop() threw: no' },
    ]);
  });

  test('does not stop what was never started', async () => {
    const calls: string[] = [];
    await dispose(versionWith({ stop: () => void calls.push('stop') }));
    expect(calls).toEqual([]);
  });

  test('reports each thing that its resources threw', async () => {
    const ends = () => Promise.resolve([new Error('one'), 'two']);
    expect(await dispose(versionWith({}, { dispose: ends }))).toMatchObject([
      { _tag: 'LifecycleFailed', plugin: 'a', phase: 'dispose', reason: 'one' },
      { _tag: 'LifecycleFailed', plugin: 'a', phase: 'dispose', reason: 'two' },
    ]);
  });

  test('waits no longer for its resources after the deadline, and tells them so', async () => {
    const time = virtualSteps();
    const seen: boolean[] = [];
    const ends = (overdue: AbortSignal) => {
      seen.push(overdue.aborted);
      return new Promise<readonly unknown[]>((resolve) => {
        overdue.addEventListener('abort', () => resolve([new Error('left')]));
      });
    };
    const reports = await dispose(versionWith({}, { dispose: ends }), time);

    expect([seen, time.scheduler.now()]).toEqual([[false], 2_000]);
    expect(reports).toMatchObject([{ _tag: 'TimedOut', phase: 'dispose' }, { reason: 'left' }]);
  });

  test('tells nothing to resources that end in time', async () => {
    let signal: AbortSignal | undefined;
    const ends = (overdue: AbortSignal) => {
      signal = overdue;
      return Promise.resolve([]);
    };
    expect(await dispose(versionWith({}, { dispose: ends }))).toEqual([]);
    expect(signal?.aborted).toBe(false);
  });
});

describe('the deadline of a stage', () => {
  test('is that of the table, and a plugin that is given up leaves as much time for the rest', async () => {
    const { steps, play, after, scheduler } = virtualSteps();
    const never = new Promise<never>(() => undefined);
    const run = steps.run('save', async (time) => {
      const asked = await time.ofPlugin(never);
      await after(4_999, undefined);
      return asked;
    });
    await play();
    expect(await run).toMatchObject({
      left: { _tag: 'TimedOut', plugin: 'a', phase: 'save', limitMs: 5_000, by: 'plugin' },
    });
    expect(scheduler.now()).toBe(9_999);

    const tooLong = steps.run('save', async (time) => {
      await time.ofPlugin(never);
      return new Promise<never>(() => undefined);
    });
    await play();
    const late = await tooLong;
    expect(late).toMatchObject({ left: { _tag: 'TimedOut', limitMs: 5_000 } });
    // Not by the plugin: what came after it did not end.
    expect(late._tag === 'Left' && 'by' in late.left).toBe(false);
  });

  test('gives up only a wait for the plugin', async () => {
    const time = new StageTime();
    const overdue = crashed('a', 'overdue');
    expect(time.giveUpPlugin(overdue)).toBe(false);
    expect(await time.ofPlugin(Promise.resolve(right(1)))).toEqual(right(1));
    expect(time.giveUpPlugin(overdue)).toBe(false);
    const waits = time.ofPlugin(new Promise<never>(() => undefined));
    expect(time.giveUpPlugin(overdue)).toBe(true);
    expect(await waits).toEqual(left(overdue));
    await expect(time.ofPlugin(Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(time.giveUpPlugin(overdue)).toBe(false);
  });

  test('leaves no listener and no timer behind', async () => {
    const added: string[] = [];
    const listening = (name: string) => {
      const { signal } = new AbortController();
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        added.push(`${name} ${args[0]}`);
        addEventListener.apply(signal, args);
      };
      signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        const index = added.indexOf(`${name} ${args[0]}`);
        if (index >= 0) added.splice(index, 1);
        removeEventListener.apply(signal, args);
      };
      return signal;
    };
    const { scheduler } = virtualSteps();
    const closing = { signal: listening('closing'), elapsedMs: () => 0 };
    const signals = [listening('abort')];
    const steps = createSteps({
      plugin: 'a',
      scheduler,
      limitsMs: defaultLimitsMs,
      signals,
      closing,
    });
    let during: readonly string[] = [];
    await steps.run('load', () => {
      during = [...added];
      return Promise.resolve(right(1));
    });
    await steps.run('dispose', () => Promise.resolve(right(1)));

    expect([during, added]).toEqual([['closing abort', 'abort abort'], []]);
    expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
  });

  test('is shorter while the runtime closes, from its beginning or from when the end begins', async () => {
    const limitAfter = async (closeAtMs: number, stage: Stage) => {
      const { scheduler, play } = virtualSteps();
      const closing = new AbortController();
      const elapsedMs = () => (closing.signal.aborted ? scheduler.now() - closeAtMs : 0);
      const steps = createSteps({
        ...{ plugin: 'a', scheduler, limitsMs: defaultLimitsMs, signals: [] },
        closing: { signal: closing.signal, elapsedMs },
      });
      if (closeAtMs === 0) closing.abort();
      else scheduler.schedule(() => closing.abort(), closeAtMs);
      let endedAtMs = 0;
      const run = steps
        .run(stage, () => new Promise<never>(() => undefined))
        .then((ended) => {
          endedAtMs = scheduler.now();
          return ended;
        });
      await Promise.all([run, play()]);
      return endedAtMs;
    };

    expect(await limitAfter(0, 'dispose')).toBe(200);
    expect(await limitAfter(1_000, 'dispose')).toBe(1_200);
    expect(await limitAfter(1_950, 'dispose')).toBe(2_000);
    expect(await limitAfter(0, 'quiesce')).toBe(500);
    expect(await limitAfter(0, 'save')).toBe(800);
    expect(await limitAfter(0, 'load')).toBe(5_000);
    expect(await limitAfter(1_000, 'load')).toBe(5_000);
  });

  test.each<[Stage, number, number]>([
    ['quiesce', 0, 500],
    ['quiesce', 500, 400],
    ['quiesce', 900, 50],
    ['save', 0, 800],
    ['save', 650, 700],
    ['save', 1_350, 50],
    ['dispose', 0, 200],
    ['dispose', 1_500, 150],
    ['dispose', 5_000, 50],
  ])('%s, %i ms after the end began, has %i ms', (stage, elapsedMs, ms) => {
    expect(closingLimitMs(stage, elapsedMs)).toBe(ms);
  });

  test('is not shortened for a stage that is aborted anyway', () => {
    const stages: readonly Stage[] = [
      'compile',
      'load',
      'validate',
      'migrate',
      'restore',
      'start',
      'health',
      'commit',
    ];
    for (const stage of stages) expect(closingLimitMs(stage, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

test('a worker that dies while a lifecycle function runs is a crash, not a refusal', async () => {
  const dies = () => Promise.reject(new PluginCallError('Crashed', 'a', 'the worker died'));
  const { steps } = virtualSteps();
  const died = { left: { _tag: 'Crashed', message: 'the worker died' } };

  expect(await startInstance('a', versionWith({ start: dies }), steps)).toMatchObject(died);
  expect(
    await giveState(versionWith({ restoreState: dies }), codeOf(), stateOf(1), steps),
  ).toMatchObject(died);
});
