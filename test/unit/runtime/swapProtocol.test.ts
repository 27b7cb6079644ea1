import { isRight, left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { crashed, lifecycleFailed } from '../../../src/model/reload/failures.js';
import type { VersionTrials } from '../../../src/model/reload/VersionTrials.js';
import type { InstanceHost } from '../../../src/runtime/instances/InstanceHost.js';
import { inProcessHost } from '../../../src/runtime/instances/inProcessHost.js';
import type { Manifest } from '../../../src/runtime/manifest/manifestKeys.js';
import { handOverOf } from '../../../src/runtime/slot/saveServing.js';
import { closeSlot, unloadSlot } from '../../../src/runtime/slot/unloadSlot.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { codeOf } from './fakeVersion.js';
import { failureOf, type Odd, type Program, virtualSlot } from './virtualSlot.js';

const V1: Program = { id: 'v1' };
const V2: Program = { id: 'v2' };
const STOP_FIRST = { swap: 'stop-first' } as const;
const no = () => Promise.reject(new Error('no'));
const never = () => new Promise<never>(() => undefined);

/** Version 1 serves, and has counted to three. */
async function serving(...args: Parameters<typeof virtualSlot>) {
  const world = virtualSlot(...args);
  await world.live(V1);
  await world.next(3);
  world.log.length = 0;
  return world;
}

describe('a swap', () => {
  test('takes its stages in their order, and stops the old version when the new one serves', async () => {
    const { live, log, call, slot } = virtualSlot();
    await live(V1, { onCommit: () => log.push('commit') });
    expect(log.splice(0)).toEqual([
      'v1.load',
      'v1.init',
      'v1.start',
      'v1.health',
      '1 serves',
      'commit',
    ]);
    await call('next');
    const swapped = await live(V2, { onCommit: () => log.push('commit') });

    expect(log).toEqual([
      ...['v2.load', 'v1.saveState', 'v2.restoreState', 'v2.init', 'v2.start', 'v2.health'],
      ...['2 serves', 'commit', 'v1.stop', 'v1.dispose'],
    ]);
    expect(swapped).toMatchObject({
      restored: { bytes: 7 },
      isStateLost: false,
      because: undefined,
    });
    expect([await call('who'), await call('count'), slot.version, slot.nextNumber]).toEqual([
      'v2',
      1,
      2,
      3,
    ]);
    expect(slot.kept.all.map(({ number }) => number)).toEqual([1]);
  });

  test('measures each stage', async () => {
    const { reload, done, after } = await serving();
    const slow: Program = {
      id: 'v2',
      odd: { load: () => after(7, undefined), start: () => after(9, undefined) },
    };
    const { stageMs } = await done(reload(slow));

    expect(Object.keys(stageMs)).toEqual([
      ...['load', 'validate', 'quiesce', 'save', 'restore', 'start', 'health', 'commit', 'dispose'],
    ]);
    expect(stageMs).toMatchObject({ load: 7, start: 9 });
  });

  test.each<[string, Partial<Program>, Record<string, unknown>, boolean]>([
    ['LOAD throws', { odd: { load: no } }, { _tag: 'LifecycleFailed', phase: 'load' }, false],
    ['LOAD never ends', { odd: { load: never } }, { _tag: 'TimedOut', phase: 'load' }, false],
    [
      'an export is missing',
      { keys: { exports: ['next', 'absent'] } },
      { _tag: 'ExportMissing', exportName: 'absent' },
      false,
    ],
    [
      'a lifecycle name is no function',
      { notFunctions: ['health'] },
      { _tag: 'ExportMissing', exportName: 'health' },
      false,
    ],
    [
      'MIGRATE throws',
      { keys: { 'state-version': 2 }, odd: { migrate: no } },
      { _tag: 'StateRejected' },
      false,
    ],
    ['RESTORE throws', { odd: { restoreState: no } }, { _tag: 'StateRejected' }, false],
    [
      'RESTORE never ends',
      { odd: { restoreState: never } },
      { _tag: 'TimedOut', phase: 'restore' },
      false,
    ],
    ['init throws', { odd: { init: no } }, { _tag: 'LifecycleFailed', phase: 'init' }, true],
    ['START never ends', { odd: { start: never } }, { _tag: 'TimedOut', phase: 'start' }, true],
    [
      'HEALTH answers false',
      { odd: { health: () => Promise.resolve(false) } },
      { _tag: 'HealthCheckFailed' },
      true,
    ],
  ])(
    'that fails because %s leaves the old version serving, with the calls that waited',
    async (_, program, error, wasStarted) => {
      const { slot, reload, done, log, call, pass, instances } = await serving();
      const reloading = reload({ ...V2, ...program });
      await pass();
      const waiting = call('next');
      expect(failureOf(await done(reloading))).toMatchObject({ plugin: 'a', ...error });

      expect([await waiting, await call('who'), slot.version, slot.nextNumber]).toEqual([
        4,
        'v1',
        1,
        2,
      ]);
      expect(log.filter((entry) => entry.startsWith('v1.') && entry !== 'v1.saveState')).toEqual(
        [],
      );
      expect(instances[1]?.isEnded).toBe(true);
      expect(log.includes('v2.stop')).toBe(wasStarted);
      expect(slot.kept.all).toEqual([]);
    },
  );

  test('that is aborted meanwhile changes nothing', async () => {
    const { slot, reload, done, after, log, call, pass } = await serving();
    const abort = new AbortController();
    const reloading = reload(
      { ...V2, odd: { start: () => after(50, undefined) } },
      { signals: [abort.signal] },
    );
    await pass(20);
    abort.abort(new Error('superseded'));
    expect(failureOf(await done(reloading))).toMatchObject({
      _tag: 'Aborted',
      reason: 'superseded',
    });

    expect([await call('who'), slot.version]).toEqual(['v1', 1]);
    expect(log).not.toContain('2 serves');
    expect(log).toContain('v2.dispose');
  });

  test.each(['restoreState', 'health'] as const)(
    'whose version dies after its %s is refused',
    async (name) => {
      const { reload, done, call, instances, log } = await serving();
      const why = crashed('a', 'it died');
      // The answer is right, and nobody waits when it dies.
      const dies = () => {
        instances[1]?.die(why);
      };
      expect(failureOf(await done(reload({ ...V2, odd: { [name]: dies } })))).toEqual(why);
      expect(await call('who')).toBe('v1');
      expect(log.includes('v2.start')).toBe(name === 'health');
    },
  );

  test('to files that changed meanwhile is undone, and says so', async () => {
    const { slot, live, log, call } = await serving();
    expect(await live(V2, { isFresh: () => false })).toBeUndefined();

    expect([await call('who'), await call('count'), slot.version]).toEqual(['v1', 3, 1]);
    expect(log.slice(-3)).toEqual(['v2.health', 'v2.stop', 'v2.dispose']);
    expect(await live(V2, { isFresh: () => true })).toBeDefined();
  });
});

describe('a call that does not end in time', () => {
  const busy = async () => {
    const world = await serving();
    let end: (value: unknown) => void = () => undefined;
    const answer = new Promise<unknown>((resolve) => (end = resolve));
    const [first] = world.instances;
    Object.assign(first ?? {}, {
      callable: (name: string) => (name === 'long' ? () => answer : () => 'v1'),
    });
    const long = world.slot.gate.call('long', []);
    return { ...world, long, end };
  };

  test('refuses the swap, unless the host says otherwise', async () => {
    const { reload, done, log, call, end, long } = await busy();
    expect(failureOf(await done(reload(V2)))).toMatchObject({
      _tag: 'TimedOut',
      phase: 'quiesce',
      limitMs: 2_000,
    });
    expect([await call('who'), log.includes('v1.saveState')]).toEqual(['v1', false]);
    end('at last');
    expect(await long).toBe('at last');
  });

  test('is left to the old version with `abandon`, which waits for it before its end', async () => {
    const { reload, done, log, pass, call, end, long } = await busy();
    const reloading = reload(V2, { whenBusy: 'abandon' });
    await pass(2_500);
    expect([await call('who'), log.includes('v1.stop')]).toEqual(['v2', false]);
    end('at last');
    await done(reloading);
    expect([await long, log.slice(-2)]).toEqual(['at last', ['v1.stop', 'v1.dispose']]);
  });

  test('does not hold up the end of the old version with `abort`', async () => {
    const { reload, done, log, time } = await busy();
    const startedMs = time.elapsedMs;
    await done(reload(V2, { whenBusy: 'abort' }));
    expect(log.slice(-2)).toEqual(['v1.stop', 'v1.dispose']);
    expect(time.elapsedMs - startedMs).toBeLessThan(2_100);
  });
});

describe('stop-first', () => {
  const NEW: Program = { id: 'v2', keys: STOP_FIRST };

  test.each([
    ['the new version', V1, NEW],
    ['the old version', { id: 'v1', keys: STOP_FIRST }, V2],
  ])(
    'asked for by %s, stops the old one before the new one starts, once',
    async (_, first, second) => {
      const { live, log, call, next } = virtualSlot();
      await live(first);
      await next(3);
      log.length = 0;
      await live(second);

      expect(log).toEqual([
        ...['v2.load', 'v1.saveState', 'v2.restoreState', 'v1.stop', 'v1.dispose'],
        ...['v2.init', 'v2.start', 'v2.health', '2 serves'],
      ]);
      expect(await call('count')).toBe(3);
    },
  );

  test('stops nothing before the first version', async () => {
    const { live, log } = virtualSlot();
    await live({ id: 'v1', keys: STOP_FIRST });
    expect(log).toEqual(['v1.load', 'v1.init', 'v1.start', 'v1.health', '1 serves']);
  });

  test.each<[string, Partial<Program>]>([
    ['RESTORE', { odd: { restoreState: no } }],
    ['LOAD', { odd: { load: no } }],
  ])('stops nothing when %s fails', async (_, program) => {
    const { reload, done, log, call, tags } = await serving();
    failureOf(await done(reload({ ...NEW, ...program })));
    expect([await call('count'), log.includes('v1.stop'), tags()]).toEqual([3, false, []]);
  });

  test('stops nothing when the files changed before that, and does not look after it', async () => {
    const { live, log, call } = await serving();
    expect(await live(NEW, { isFresh: () => false })).toBeUndefined();
    expect([await call('who'), log.includes('v1.stop'), log.includes('v2.init')]).toEqual([
      'v1',
      false,
      false,
    ]);
    let looks = 0;
    expect(await live(NEW, { isFresh: () => (looks += 1) === 1 })).toBeDefined();
    expect([await call('who'), looks]).toEqual(['v2', 1]);
  });

  test('starts the old version again when the new one does not start, with the state and the calls that waited', async () => {
    const { reload, done, log, call, slot, events, after, pass } = await serving({
      store: memoryStateStore(),
    });
    const reloading = reload({ ...NEW, odd: { start: () => after(20, undefined).then(no) } });
    await pass(10);
    const waiting = call('next');
    expect(failureOf(await done(reloading))).toMatchObject({
      _tag: 'LifecycleFailed',
      phase: 'start',
    });

    expect([await waiting, await call('who'), slot.version]).toEqual([4, 'v1', 1]);
    expect(log.slice(3)).toEqual([
      ...['v1.stop', 'v1.dispose', 'v2.init', 'v2.start', 'v2.stop', 'v2.dispose'],
      ...['v1.load', 'v1.restoreState', 'v1.init', 'v1.start', 'v1.health', '1 serves'],
    ]);
    const reason = 'it was stopped for a new version, which did not start: a: start() threw: no';
    expect(events).toEqual([{ _tag: 'Restarted', plugin: 'a', version: 1, reason }]);
  });

  test('starts it again from the very object that it handed over', async () => {
    const world = virtualSlot();
    const handed = { 1: 7 };
    await world.live({ id: 'v1', odd: { saveState: () => Promise.resolve(handed) } });
    const swapping = world.reload({ ...NEW, odd: { start: no } }, { handOver: 'reference' });
    failureOf(await world.done(swapping));
    expect(await world.call('count')).toBe(7);
  });

  test.each<[string, Odd]>([
    ['start', { start: no }],
    ['load', { load: no }],
    ['restore', { restoreState: no }],
  ])('tries again and again when the old version cannot %s again; calls wait', async (_, odd) => {
    const world = virtualSlot();
    const wrong: { odd: Odd } = { odd: {} };
    await world.live({
      id: 'v1',
      get odd() {
        return wrong.odd ?? {};
      },
    });
    await world.next(3);
    wrong.odd = odd;
    failureOf(await world.done(world.reload({ ...NEW, odd: { start: no } })));
    const reason =
      /^a: version 1 was stopped for a new version, which did not start, and could not be started again: ./;
    expect(world.errors).toContainEqual(
      expect.objectContaining({ _tag: 'Crashed', message: expect.stringMatching(reason) }),
    );
    const waiting = world.slot.gate.call('count', []);
    wrong.odd = {};
    await world.pass(1_000);

    expect(await world.done(waiting)).toBe(3);
    expect(world.slot.version).toBe(1);
    expect(world.instances.filter(({ isEnded }) => !isEnded)).toHaveLength(1);
  });

  test('stops nothing that is dead', async () => {
    const { live, instances, log } = await serving();
    Object.assign(instances[0] ?? {}, { crash: crashed('a', 'dead') });
    await live(NEW);
    expect(log.slice(-5)).toEqual(['v2.start', 'v2.health', '2 serves', 'v1.stop', 'v1.dispose']);
  });
});

describe('a version on trial', () => {
  const noting = (begin: VersionTrials['begin'] = () => Promise.resolve(right(undefined))) => {
    const told: string[] = [];
    const trials: VersionTrials = {
      begin: (version) => {
        told.push(`begin ${version.fingerprint}`);
        return begin(version);
      },
      served: ({ fingerprint }) => void told.push(`served ${fingerprint}`),
      dropped: ({ fingerprint }) => void told.push(`dropped ${fingerprint}`),
    };
    return { trials, told };
  };

  test('is noted before it runs, and when it serves', async () => {
    const { trials, told } = noting();
    const { live, log } = virtualSlot({ trials });
    await live(V1);
    expect([told, log[0]]).toEqual([['begin v1', 'served v1'], 'v1.load']);
  });

  test('is dropped when it does not come to serve', async () => {
    const { trials, told } = noting();
    const { live, reload, done } = virtualSlot({ trials });
    failureOf(await done(reload({ ...V1, odd: { load: no } })));
    await live(V2, { isFresh: () => false });
    expect(told).toEqual(['begin v1', 'dropped v1', 'begin v2', 'dropped v2']);
  });

  test('does not run when the trials refuse it', async () => {
    const refusal = left(lifecycleFailed('a', 'trial', 'it ended a host'));
    const { trials, told } = noting(() => Promise.resolve(refusal));
    const { reload, done, log } = virtualSlot({ trials });
    expect((await done(reload(V1))).swapped).toEqual(refusal);
    expect([log, told]).toEqual([[], ['begin v1']]);
  });

  test('does not run when the note does not end in time; one that ends later is taken back', async () => {
    let answer: () => void = () => undefined;
    const { trials, told } = noting(async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return right(undefined);
    });
    const { reload, done, log, pass } = virtualSlot({ trials });
    expect(failureOf(await done(reload(V1)))).toMatchObject({
      _tag: 'TimedOut',
      phase: 'trial',
      limitMs: 5_000,
    });
    expect([log, told]).toEqual([[], ['begin v1']]);
    answer();
    await pass();
    expect(told).toEqual(['begin v1', 'dropped v1']);
  });
});

describe('a commit', () => {
  test('approves what the version declares, and forgets what was rejected before', async () => {
    const { slot, live } = await serving();
    const rejected = { number: 9, codeHash: '', meaning: '', by: 'order', reason: '' } as const;
    const { version } = slot.serving ?? {};
    if (version === undefined) throw new Error('nothing serves');
    slot.rejected = {
      ...rejected,
      graph: version.graph,
      tried: { plugin: 'a', fingerprint: '', files: new Map() },
    };
    await live({ ...V2, keys: { capabilities: ['net'] } });

    expect([slot.grants.missing(['net', 'fs']), slot.rejected]).toEqual([['fs'], undefined]);
  });

  test('of a first version, or without a probation, trusts it', async () => {
    const { slot, live } = await serving();
    expect(slot.probation).toBeUndefined();
    await live(V2);
    expect(slot.kept.backByOrder?.number).toBe(1);
  });

  test('counts what timers of the version throw, while it serves and only as a crash', async () => {
    const { slot, live, instances, errors } = await serving({ probation: { forMs: 1_000 } });
    await live(V2);
    const [first, second] = instances;
    const failures: unknown[] = [];
    if (slot.probation === undefined) throw new Error('no probation');
    slot.probation.failed = (error) => void failures.push(error);
    second?.environment.report(crashed('a', 'a timer threw'));
    second?.environment.report(lifecycleFailed('a', 'stop', 'odd'));
    first?.environment.report(crashed('a', 'an old timer threw'));

    expect(failures).toEqual(['a: a timer threw']);
    expect(errors.map(({ message }) => message)).toEqual([
      'a: a timer threw',
      'a: odd',
      'a: an old timer threw',
    ]);
  });

  test('tells the size of a large state once', async () => {
    const large = 'x'.repeat(5 * 1024 * 1024);
    const saves = (state: unknown): Odd => ({
      saveState: () => Promise.resolve(state),
      restoreState: () => Promise.resolve(true),
    });
    const { live, errors } = virtualSlot();
    await live({ id: 'v1', odd: saves(large.slice(2)) });
    await live({ id: 'v2', odd: saves(large) });
    expect(errors).toEqual([]);
    await live({ id: 'v3', odd: saves(large) });
    await live({ id: 'v4', odd: saves(1) });
    expect(errors.map(({ _tag }) => _tag)).toEqual(['StateLarge']);
  });

  test('tells what a state leaves out once, until a whole one was saved', async () => {
    const saves = (state: unknown): Odd => ({
      saveState: () => Promise.resolve(state),
      restoreState: () => Promise.resolve(true),
    });
    const { live, errors } = virtualSlot({ store: memoryStateStore() });
    for (const [id, state] of [
      ['v1', [-0]],
      ['v2', [-0]],
      ['v3', [1]],
      ['v4', [-0]],
    ] as const) {
      await live({ id, odd: saves(state) });
    }
    await live({ id: 'v5', odd: saves(1) });
    expect(errors).toHaveLength(2);
  });
});

describe('a version that is proven', () => {
  test('is told once, and only when it is what serves and not on probation', async () => {
    const { slot, live, events } = await serving({ probation: { forMs: 1_000 } });
    slot.tellProven('v0');
    slot.tellProven(undefined);
    expect(events).toEqual([]);
    slot.tellProven('v1');
    slot.tellProven('v1');
    expect(events).toEqual([{ _tag: 'Proven', plugin: 'a', version: 1, fingerprint: 'v1' }]);
    await live(V2);
    slot.tellProven('v2');
    expect(events).toHaveLength(1);
    slot.endProbation();
    slot.tellProven('v2');
    expect(events).toHaveLength(2);
  });
});

describe('an unload', () => {
  test('saves the state, ends the version, and refuses calls from then on', async () => {
    const store = memoryStateStore();
    const { slot, done, log, time, errors } = await serving({ store });
    expect(await done(unloadSlot(slot))).toEqual(right(undefined));

    expect([log, errors]).toEqual([['v1.saveState', 'v1.stop', 'v1.dispose'], []]);
    expect(await store.load('a')()).toMatchObject({ right: { value: { state: { 1: 3 } } } });
    await expect(slot.gate.call('who', [])).rejects.toMatchObject({ _tag: 'PluginNotFound' });
    expect([slot.version, slot.serving, slot.probation, time.pendingCount]).toEqual([
      0,
      undefined,
      undefined,
      0,
    ]);
    expect(await done(unloadSlot(slot))).toEqual(right(undefined));
  });

  test('leaves the version serving when its state cannot be saved for a cause outside of it', async () => {
    const full = { _tag: 'StateSaveFailed', plugin: 'a', reason: 'full', message: 'full' } as const;
    const save = () => () => Promise.resolve(left(full));
    const { slot, done, call, log } = await serving({ store: { ...memoryStateStore(), save } });
    expect(await done(unloadSlot(slot))).toEqual(left(full));
    expect([await call('who'), log.includes('v1.stop')]).toEqual(['v1', false]);
  });

  test('ends a version that does not give its state, which is reported', async () => {
    const world = virtualSlot();
    await world.live({ ...V1, odd: { saveState: no } });
    expect(await world.done(unloadSlot(world.slot))).toEqual(right(undefined));
    expect([world.slot.version, world.errors]).toMatchObject([
      0,
      [{ _tag: 'StateSaveFailed', by: 'plugin' }],
    ]);
  });

  test('does not wait for a call longer than QUIESCE', async () => {
    const { slot, done, instances, time } = await serving();
    Object.assign(instances[0] ?? {}, { callable: () => never });
    void slot.gate.call('next', []);
    const startedMs = time.elapsedMs;
    expect(isRight(await done(unloadSlot(slot)))).toBe(true);
    expect(time.elapsedMs - startedMs).toBeGreaterThanOrEqual(2_000);
    expect(slot.version).toBe(0);
  });

  test('because the runtime closes ends the version also without its state, and a swap under way', async () => {
    const full = { _tag: 'StateSaveFailed', plugin: 'a', reason: 'full', message: 'full' } as const;
    const save = () => () => Promise.resolve(left(full));
    const { slot, done, reload, pass, log } = await serving({
      store: { ...memoryStateStore(), save },
    });
    const reloading = reload({ ...V2, odd: { load: never } });
    await pass(10);
    expect(await done(closeSlot(slot))).toEqual(left(full));

    expect(failureOf(await done(reloading))).toMatchObject({
      _tag: 'Aborted',
      reason: 'the runtime closes',
    });
    expect([slot.version, log.filter((entry) => entry === 'v1.stop')]).toEqual([0, ['v1.stop']]);
    expect(log).toContain('v2.dispose');
  });

  test('because the runtime closes waits 700 ms for other work on the plugin', async () => {
    const { slot, done, pass, log } = await serving();
    void slot.runExclusive(never);
    const closing = closeSlot(slot);
    await pass(699);
    expect(log).toEqual([]);
    await pass(1);
    expect(await done(closing)).toEqual(right(undefined));
    expect(log).toEqual(['v1.saveState', 'v1.stop', 'v1.dispose']);
  });
});

describe('a slot', () => {
  test('knows which copy serves, and nothing of a state before one does', async () => {
    const { slot, live, instances, events } = virtualSlot();
    const [none] = [slot.serving];
    slot.tellProven(undefined);
    slot.noteSavedState(undefined);
    expect([none, slot.serving, events]).toEqual([undefined, undefined, []]);
    await live(V1);
    await live({ ...V2, builds: ['build-1'] });
    const [first, second] = instances;
    if (first === undefined || second === undefined) throw new Error('two copies were made');
    expect([slot.isServing(first), slot.isServing(second)]).toEqual([false, true]);
    expect(slot.serving?.version.builds).toEqual(['build-1']);
    expect(virtualSlot().slot.isServing(first)).toBe(false);
  });

  test('tells whoever follows calls the version that answered', async () => {
    const calls: unknown[] = [];
    const { live, call } = virtualSlot({ onCall: (ended) => calls.push(ended) });
    await live(V1);
    await live(V2);
    await call('who');
    expect(calls).toEqual([{ plugin: 'a', fn: 'who', version: 2, ms: 0, ok: true }]);
  });

  test('gives what is disposed of less time, the longer the runtime has been closing', async () => {
    const { slot, pass, time, done } = virtualSlot();
    slot.abortSwap();
    await pass(1_500);
    const startedMs = time.elapsedMs;
    await done(slot.lastSteps().run('dispose', never));
    expect(time.elapsedMs - startedMs).toBe(150);
  });

  test('does not count the time until a version has a place to run in', async () => {
    const { live, after, call } = virtualSlot();
    await live({ ...V1, readyMs: 4_000, odd: { load: () => after(3_000, undefined) } });
    expect(await call('who')).toBe('v1');
  });
});

describe('the state of what is replaced', () => {
  test('is kept with its version, also where it is only the newest known one', async () => {
    const { live, next, slot } = virtualSlot();
    await live(V1);
    await next(2);
    await live({ ...V2, odd: { saveState: no } });
    await next(3);
    await live({ id: 'v3' });
    const kept = slot.kept.all.map(({ number, savedState }) => [number, savedState?.text]);
    expect(kept).toEqual([
      [1, '{"1":2}'],
      [2, '{"1":2}'],
    ]);
  });

  test('is not asked of a version that was stopped and could not start again', async () => {
    const world = virtualSlot();
    const wrong: { odd: Odd } = { odd: {} };
    const first: Program = {
      id: 'v1',
      get odd() {
        return wrong.odd;
      },
    };
    await world.live(first);
    await world.next(3);
    wrong.odd = { load: no };
    const failing: Program = { id: 'v2', keys: STOP_FIRST, odd: { start: no } };
    failureOf(await world.done(world.reload(failing)));
    await world.live({ id: 'v3' });
    expect([await world.call('who'), await world.call('count')]).toEqual(['v3', 3]);
    expect(world.log.filter((entry) => entry === 'v1.saveState')).toHaveLength(1);
  });

  test.each<[string, Partial<Manifest> | undefined, Partial<Manifest>, string]>([
    ['both ask for it', {}, {}, 'reference'],
    ['nothing serves', undefined, {}, 'copy'],
    ['the old one does not ask for it', { 'hand-over': 'copy' }, {}, 'copy'],
    ['the new one does not ask for it', {}, { 'hand-over': 'copy' }, 'copy'],
    ['the old one runs in a worker', { mode: 'worker' }, {}, 'copy'],
    ['the new one runs in a worker', {}, { mode: 'worker' }, 'copy'],
    ['their formats differ', { 'state-version': 2 }, {}, 'copy'],
    ['both have another format', { 'state-version': 2 }, { 'state-version': 2 }, 'reference'],
  ])('goes on as the very object only where it can: %s', (_, from, to, handOver) => {
    const worker: InstanceHost = { ...inProcessHost };
    const hostOf = ({ mode }: Manifest) => (mode === 'worker' ? worker : inProcessHost);
    const asks = { 'hand-over': 'reference' } as const;
    const old = from && codeOf({ ...asks, ...from });
    expect(handOverOf({ hostOf }, old, codeOf({ ...asks, ...to }))).toBe(handOver);
  });
});
