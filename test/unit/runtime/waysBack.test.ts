import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { crashed, lifecycleFailed } from '../../../src/model/reload/failures.js';
import type { VersionTrials } from '../../../src/model/reload/VersionTrials.js';
import { replaceVersion } from '../../../src/runtime/recovery/replaceVersion.js';
import { restartCrashed, restartVersion } from '../../../src/runtime/recovery/restartVersion.js';
import { rollBack, rollBackByOrder } from '../../../src/runtime/recovery/rollBack.js';
import { tellTakenBack } from '../../../src/runtime/recovery/takenBack.js';
import type { PluginSlot } from '../../../src/runtime/slot/PluginSlot.js';
import { currentState, replaceState, stateStampOf } from '../../../src/runtime/slot/stateAccess.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { failureOf, type Odd, type Program, virtualSlot } from './virtualSlot.js';

const V1: Program = { id: 'v1' };
const V2: Program = { id: 'v2', keys: { 'state-version': 2 } };
const no = () => Promise.reject(new Error('no'));
const never = () => new Promise<never>(() => undefined);
const full = { _tag: 'StateSaveFailed', plugin: 'a', reason: 'full', message: 'full' } as const;

const servingOf = ({ serving }: PluginSlot) => {
  if (serving === undefined) throw new Error('nothing serves');
  return serving;
};

/** A store whose saves fail while `isFull`. */
function fillingStore() {
  const memory = memoryStateStore();
  const disk = { isFull: false };
  const save: typeof memory.save = (record) => () =>
    disk.isFull ? Promise.resolve(left(full)) : memory.save(record)();
  const newest = async () => {
    const loaded = await memory.load('a')();
    if (isLeft(loaded) || loaded.right._tag === 'None') return undefined;
    const { schema, state, codeHash } = loaded.right.value;
    return { schema, state, codeHash };
  };
  return { store: { ...memory, save }, disk, newest };
}

/** Five calls under version 1, then three under version 2, whose state has another format. */
async function eightCalls(
  second: Program = V2,
  options: Parameters<typeof virtualSlot>[0] = {},
  first = V1,
) {
  const { store, disk, newest } = fillingStore();
  const world = virtualSlot({ store, ...options });
  await world.live(first);
  await world.next(5);
  await world.live(second);
  await world.next(3);
  world.log.length = 0;
  const { slot, done } = world;
  const back = (order: { to?: number; reason: string } = { reason: 'slow' }) =>
    done(rollBackByOrder(slot, order));
  const replace = (number: number) => done(replaceVersion(slot, servingOf(slot), number));
  const failProbation = (reason = 'too many failures') => {
    const target = slot.kept.trusted ?? slot.kept.find(1);
    if (target === undefined) throw new Error('no version is kept');
    return done(rollBack(slot, target, reason));
  };
  const restart = () => done(restartVersion(slot, servingOf(slot), 'it hangs'));
  const outcome = async () => [await world.call('who'), await world.call('count'), slot.version];
  return { ...world, disk, newest, back, replace, failProbation, restart, outcome };
}

/** The newest record of the store. */
const saved = (schema: number, count: number, codeHash: string) => ({
  schema,
  state: { [schema]: count },
  codeHash,
});

const lost = (why: string, start: string) => ({
  ...{ _tag: 'StateLost', plugin: 'a', from: 2, to: 1 },
  reason: `${why} Version 1 starts ${start}; what was saved since stays behind.`,
});

describe('an order to go back', () => {
  test('takes what was counted since, in the format of the older version, and is told', async () => {
    const { back, outcome, events, newest, slot, log } = await eightCalls();
    expect(await back()).toEqual(
      right({ value: { version: 1, stateLost: false }, to: 1, events: [] }),
    );

    expect(await outcome()).toEqual(['v1', 8, 1]);
    expect(events).toEqual([
      { _tag: 'RolledBack', plugin: 'a', from: 2, to: 1, reason: 'slow', fingerprint: 'v1' },
    ]);
    expect(await newest()).toEqual({ schema: 1, state: { 1: 8 }, codeHash: 'v1' });
    expect(log.slice(0, 4)).toEqual(['v1.load', 'v2.saveState', 'v2.migrate', 'v1.restoreState']);
    expect(slot.rejected).toMatchObject({ number: 2, by: 'order', reason: 'slow' });
    // Nothing goes back to what was taken back.
    expect(slot.kept.backByOrder).toBeUndefined();
    expect(slot.nextNumber).toBe(3);
  });

  const ANY_STATE = { restoreState: () => Promise.resolve(true) };
  test.each<[string, Partial<Program>, string]>([
    ['has no way down', { migrates: 'up' }, 'migrate() threw: there is no way down'],
    [
      'has no migrate',
      { migrates: 'no', odd: ANY_STATE },
      "the state has version 2, newer than this plugin's 1; export migrate(state, from, to)",
    ],
  ])(
    'where the newer version %s, takes the state that was saved under the older one, told',
    async (_, more, reason) => {
      const why = `a did not accept the state: ${reason}.`;
      const first: Program = { ...V1, migrates: 'no' };
      const { back, outcome, events, newest, errors } = await eightCalls(
        { ...V2, ...more },
        {},
        first,
      );
      const went = await back();
      expect(went).toMatchObject({ right: { value: { version: 1, stateLost: true } } });

      expect(await outcome()).toEqual(['v1', 5, 1]);
      expect(events[0]).toEqual(lost(why, 'from an older state, in format 1'));
      expect(events[1]?._tag).toBe('RolledBack');
      expect(errors).toMatchObject([{ _tag: 'StateRejected', message: why }]);
      expect(await newest()).toMatchObject({ schema: 1, state: { 1: 5 } });
    },
  );

  test('goes on without a state that the newer version fails to give, told and reported', async () => {
    const { back, outcome, errors, tags } = await eightCalls({ ...V2, odd: { saveState: no } });
    expect(await back()).toMatchObject({ _tag: 'Right' });
    // What is acknowledged is what was counted under version 1.
    expect(await outcome()).toEqual(['v1', 5, 1]);
    expect(errors).toMatchObject([{ _tag: 'StateSaveFailed', by: 'plugin' }]);
    expect(tags()).toEqual(['RolledBack']);
  });

  test('fails when the state cannot be saved for a cause outside of the plugin', async () => {
    const { back, outcome, disk, tags, slot } = await eightCalls();
    disk.isFull = true;
    expect(await back()).toEqual(left(full));
    disk.isFull = false;
    expect([await outcome(), tags(), slot.rejected]).toEqual([['v2', 8, 2], [], undefined]);
  });

  test.each(['load', 'start', 'health'] as const)(
    'fails when the older version fails in its %s, and leaves the newest state as it was',
    async (stage) => {
      const wrong: { odd: Odd } = { odd: {} };
      const first: Program = {
        id: 'v1',
        get odd() {
          return wrong.odd;
        },
      };
      const { back, outcome, newest, tags } = await eightCalls(V2, {}, first);
      wrong.odd = { [stage]: no };
      expect(isLeft(await back())).toBe(true);
      expect([await outcome(), await newest(), tags()]).toEqual([
        ['v2', 8, 2],
        stage === 'load' ? saved(1, 5, 'v1') : saved(2, 8, 'v2'),
        [],
      ]);
    },
  );

  test('takes the state that was saved under the older version where that one refuses the newest', async () => {
    let restores = 0;
    const refusesOnce = () => {
      restores += 1;
      return restores === 2 ? no() : undefined;
    };
    const first: Program = { id: 'v1', odd: { restoreState: refusesOnce } };
    const world = virtualSlot({ store: memoryStateStore() });
    await world.live({ id: 'v0' });
    await world.live(first);
    await world.next(5);
    await world.live({ id: 'v2' });
    await world.next(3);
    expect(await world.done(rollBackByOrder(world.slot, { reason: 'slow' }))).toMatchObject({
      right: { value: { version: 2, stateLost: true } },
    });
    expect([await world.call('who'), await world.call('count')]).toEqual(['v1', 5]);
    expect(world.tags()).toEqual(['StateLost', 'RolledBack']);
  });

  test('to the version that serves does nothing; to one that is not kept is refused with those that are', async () => {
    const { back, outcome, slot, log } = await eightCalls();
    expect(await back({ to: 2, reason: 'no' })).toEqual(
      right({
        value: { version: 2, stateLost: false },
        to: 2,
        events: [{ _tag: 'Unchanged', plugin: 'a', changes: [], reason: 'sameBytes' }],
      }),
    );
    expect(await back({ to: 7, reason: 'no' })).toMatchObject({
      left: { _tag: 'VersionNotKept', version: 7, kept: [1] },
    });
    expect(log).toEqual([]);
    await back({ to: 1, reason: 'yes' });
    expect((await outcome())[0]).toBe('v1');
    expect(await back()).toMatchObject({ left: { _tag: 'VersionNotKept', version: 0, kept: [2] } });
    expect(slot.version).toBe(1);
    const empty = virtualSlot();
    expect(await empty.done(rollBackByOrder(empty.slot, { reason: 'no' }))).toMatchObject({
      left: { _tag: 'VersionNotKept', version: 0, kept: [] },
    });
  });

  test('trusts the version that serves again, whichever came between', async () => {
    const { back, live, slot } = await eightCalls();
    await live({ id: 'v3' });
    await back({ to: 1, reason: 'slow' });
    expect([slot.version, slot.kept.trusted, slot.kept.backByOrder?.number]).toEqual([
      1,
      undefined,
      2,
    ]);
  });

  test('is called off by its signal, and tells when the version serves', async () => {
    const { slot, done, outcome, pass } = await eightCalls({ ...V2, odd: { saveState: never } });
    const abort = new AbortController();
    const going = rollBackByOrder(slot, { reason: 'no' }, { signal: abort.signal });
    await pass(10);
    abort.abort(new Error('enough'));
    expect(await done(going)).toMatchObject({ left: { _tag: 'Aborted', reason: 'enough' } });
    expect(await outcome()).toEqual(['v2', 8, 2]);
    let served = 0;
    await done(
      rollBackByOrder(slot, { reason: 'no' }, { onCommit: () => (served = slot.version) }),
    );
    expect(served).toBe(1);
  });
});

describe('a failed probation', () => {
  const onProbation = { probation: { forMs: 1_000 } };

  test('goes back with what was counted since, and rejects the version', async () => {
    const { slot, pass, outcome, events, newest } = await eightCalls(V2, onProbation);
    for (let failures = 0; failures < 3; failures += 1) {
      await slot.gate.call('fail', []).catch(() => undefined);
    }
    await pass(10);

    expect(await outcome()).toEqual(['v1', 8, 1]);
    const reason = '3 failures in a row, the last one: v2 is broken';
    expect(events).toEqual([
      { _tag: 'RolledBack', plugin: 'a', from: 2, to: 1, reason, fingerprint: 'v1' },
    ]);
    expect(slot.rejected).toMatchObject({
      ...{ number: 2, codeHash: 'v2', by: 'probation', reason },
      tried: { plugin: 'a', fingerprint: 'v2' },
    });
    expect(await newest()).toMatchObject({ schema: 1, state: { 1: 8 } });
    expect([slot.probation, slot.kept.trusted]).toEqual([undefined, undefined]);
  });

  test('goes back also when nothing can be saved, which is reported', async () => {
    const { failProbation, outcome, disk, errors, tags } = await eightCalls(V2, onProbation);
    disk.isFull = true;
    await failProbation();
    expect((await outcome())[0]).toBe('v1');
    expect([errors.length > 0, new Set(errors.map(({ _tag }) => _tag))]).toEqual([
      true,
      new Set(['StateSaveFailed']),
    ]);
    expect(tags()).toContain('RolledBack');
  });

  test('leaves the version serving when the one before cannot come back, and tells why', async () => {
    const wrong: { odd: Odd } = { odd: {} };
    const first: Program = {
      id: 'v1',
      get odd() {
        return wrong.odd;
      },
    };
    const { failProbation, outcome, events, slot } = await eightCalls(V2, onProbation, first);
    wrong.odd = { start: no };
    await failProbation('bad');

    expect(await outcome()).toEqual(['v2', 8, 2]);
    expect(events).toEqual([
      {
        ...{ _tag: 'ReloadFailed', plugin: 'a', stillServing: 2, willRetry: false, changes: [] },
        fingerprint: 'v1',
        error: expect.objectContaining({
          _tag: 'LifecycleFailed',
          fingerprint: 'v1',
          message:
            'a: version 2 failed its probation (bad) and serves on, because version 1 could not come back: a: start() threw: no',
        }),
      },
    ]);
    expect(slot.rejected).toBeUndefined();
  });

  test('does nothing when nothing serves, or another version serves by then', async () => {
    const empty = virtualSlot();
    const { slot, live, pass, outcome, tags } = await eightCalls(V2, onProbation);
    await empty.done(rollBack(empty.slot, { ...servingOf(slot).version }, 'bad'));
    expect(empty.events).toEqual([]);

    const { probation } = slot;
    const reloading = live({ id: 'v3' });
    probation?.fail('too late');
    await reloading;
    await pass(10);
    expect([(await outcome())[0], tags()]).toEqual(['v3', []]);
  });

  test('a version that lasts is trusted when its health is good, told as proven, and else goes back', async () => {
    const good = await eightCalls(V2, onProbation);
    good.slot.tellProven('v2');
    expect([good.slot.probation?.isOver, good.tags()]).toEqual([false, []]);
    await good.pass(1_000);
    expect(good.events).toEqual([{ _tag: 'Proven', plugin: 'a', version: 2, fingerprint: 'v2' }]);
    expect([good.slot.probation?.isOver, good.slot.kept.trusted]).toEqual([true, undefined]);

    let looks = 0;
    const health = () => Promise.resolve((looks += 1) === 1);
    const bad = await eightCalls({ ...V2, odd: { health } }, onProbation);
    await bad.pass(1_000);
    expect((await bad.outcome())[0]).toBe('v1');
    expect(bad.events[0]).toMatchObject({
      reason: 'a reports that it is not healthy: health() answered false.',
    });
  });

  test('of a version that was unloaded meanwhile ends nothing', async () => {
    const { slot, time, pass, tags } = await eightCalls(V2, onProbation);
    const { probation } = slot;
    time.schedule(() => slot.clearServing(), 999);
    await pass(1_000);
    expect([tags(), probation?.isOver]).toEqual([[], false]);
  });

  test('goes on after a restart of the version, and ends with another one', async () => {
    const { slot, restart, live } = await eightCalls(V2, onProbation);
    const { probation } = slot;
    await restart();
    expect([slot.probation === probation, probation?.isOver]).toEqual([true, false]);
    await live({ id: 'v3' });
    expect([probation?.isOver, slot.probation === probation]).toEqual([true, false]);
  });
});

describe('an order for one version', () => {
  test('goes back to it with the state that was saved under it, and tells what stays behind', async () => {
    const { replace, outcome, events, newest, slot } = await eightCalls();
    expect(await replace(1)).toEqual(right({ value: { version: 1 }, to: 1, events: [] }));

    expect(await outcome()).toEqual(['v1', 5, 1]);
    expect(events).toEqual([
      lost('replacePlugin goes to the state of that version.', 'from an older state, in format 1'),
      {
        ...{ _tag: 'RolledBack', plugin: 'a', from: 2, to: 1 },
        reason: 'replacePlugin was called',
        fingerprint: 'v1',
      },
    ]);
    expect(await newest()).toEqual({ schema: 1, state: { 1: 5 }, codeHash: 'v1' });
    expect(slot.rejected).toMatchObject({ number: 2, by: 'order' });
  });

  test('trusts the version that serves then', async () => {
    const { replace, live, slot } = await eightCalls();
    await live({ id: 'v3' });
    await replace(1);
    expect([slot.version, slot.kept.trusted, slot.probation]).toEqual([1, undefined, undefined]);
  });

  test('goes forward again, which is a reload', async () => {
    const { replace, outcome, slot, tags, next } = await eightCalls();
    await replace(1);
    await next(1);
    const forward = await replace(2);

    expect(forward).toMatchObject({
      right: {
        value: { version: 2 },
        to: 2,
        events: [
          { _tag: 'StateRestored', plugin: 'a' },
          { _tag: 'Reloaded', from: 1, to: 2, fingerprint: 'v2', changes: [] },
        ],
      },
    });
    expect(await outcome()).toEqual(['v2', 8, 2]);
    expect([slot.rejected, tags().filter((tag) => tag === 'RolledBack')]).toEqual([
      undefined,
      ['RolledBack'],
    ]);
  });

  test('for the one that serves does nothing, and for one that is not kept is refused', async () => {
    const { replace, log } = await eightCalls();
    expect(await replace(2)).toMatchObject({
      right: { value: { version: 2 }, to: 2, events: [{ _tag: 'Unchanged' }] },
    });
    expect(await replace(3)).toMatchObject({
      left: { _tag: 'VersionNotKept', version: 3, kept: [1] },
    });
    expect(log).toEqual([]);
  });

  test('fails when the state cannot be saved, or the version cannot start', async () => {
    const wrong: { odd: Odd } = { odd: {} };
    const first: Program = {
      id: 'v1',
      get odd() {
        return wrong.odd;
      },
    };
    const { replace, outcome, disk, tags } = await eightCalls(V2, {}, first);
    disk.isFull = true;
    expect(await replace(1)).toEqual(left(full));
    disk.isFull = false;
    wrong.odd = { start: no };
    expect(await replace(1)).toMatchObject({ left: { _tag: 'LifecycleFailed' } });
    expect([await outcome(), tags()]).toEqual([['v2', 8, 2], []]);
  });

  test('is called off by its signal, and tells when the version serves', async () => {
    const { slot, done, pass, outcome } = await eightCalls({ ...V2, odd: { saveState: never } });
    const abort = new AbortController();
    const going = replaceVersion(slot, servingOf(slot), 1, { signal: abort.signal });
    await pass(10);
    abort.abort(new Error('enough'));
    expect(await done(going)).toMatchObject({ left: { _tag: 'Aborted' } });
    expect((await outcome())[0]).toBe('v2');
    let served = 0;
    await done(
      replaceVersion(slot, servingOf(slot), 1, { onCommit: () => (served = slot.version) }),
    );
    expect(served).toBe(1);
  });

  test('saves the state of what leaves where the caller wants it', async () => {
    const { slot, done, newest } = await eightCalls();
    const own = memoryStateStore();
    await done(replaceVersion(slot, servingOf(slot), 1, { saveState: own.save }));
    expect(await own.load('a')()).toMatchObject({
      right: { value: { schema: 2, state: { 2: 8 } } },
    });
    expect(await newest()).toMatchObject({ schema: 1 });
  });
});

describe('a restart', () => {
  test('starts another copy from the newest acknowledged state, and is told', async () => {
    const { restart, outcome, instances, live, next } = await eightCalls();
    await live({ id: 'v3', keys: { 'state-version': 2 } });
    await next(2);
    const restarted = await restart();

    expect(restarted).toEqual(
      right({
        value: { version: 3 },
        to: 3,
        events: [
          { _tag: 'Restarted', plugin: 'a', version: 3, reason: 'it hangs', fingerprint: 'v3' },
        ],
      }),
    );
    // What was counted since the last save is not acknowledged.
    expect(await outcome()).toEqual(['v3', 8, 3]);
    expect(instances.map(({ isEnded }) => isEnded)).toEqual([true, true, true, false]);
  });

  test('that fails leaves what serves', async () => {
    const wrong: { odd: Odd } = { odd: {} };
    const { restart, outcome } = await eightCalls({
      id: 'v2',
      keys: { 'state-version': 2 },
      get odd() {
        return wrong.odd;
      },
    });
    wrong.odd = { start: no };
    expect(await restart()).toMatchObject({ left: { _tag: 'LifecycleFailed' } });
    expect(await outcome()).toEqual(['v2', 8, 2]);
  });

  test('comes by itself after a crash, and calls wait for it', async () => {
    const { instances, slot, pass, outcome, events, errors, done } = await eightCalls();
    const died = crashed('a', 'it died\nat a line');
    instances[1]?.die(died);
    const waiting = slot.gate.call('who', []);
    await pass();

    expect(await done(waiting)).toBe('v2');
    expect(await outcome()).toEqual(['v2', 5, 2]);
    expect([errors, events]).toEqual([[died], []]);
    // The first of two instances has no say any more.
    instances[1]?.die(died);
    await pass(1_000);
    expect(instances).toHaveLength(3);
  });
});

describe('what a person took back', () => {
  const noting = (more: Partial<VersionTrials> = {}) => {
    const noted: unknown[] = [];
    const trials: VersionTrials = {
      begin: () => Promise.resolve(right(undefined)),
      served: () => undefined,
      dropped: () => undefined,
      tookBack: (version, to, reason) => {
        noted.push([version.fingerprint, to.fingerprint, reason]);
        return Promise.resolve(right(undefined));
      },
      ...more,
    };
    return { trials, noted };
  };

  test('is noted for later hosts, by each way back, as the version that is on disk', async () => {
    const { trials, noted } = noting();
    const { back, replace, live, next } = await eightCalls(V2, { trials });
    await back();
    expect(noted.splice(0)).toEqual([['v2', 'v1', 'slow']]);
    await replace(2);
    expect(noted).toEqual([]);
    await live({ id: 'v3' });
    await next(1);
    await replace(2);
    await replace(1);
    const reason = 'replacePlugin was called';
    expect(noted).toEqual([
      ['v3', 'v2', reason],
      ['v3', 'v1', reason],
    ]);
  });

  test('by a failed probation is noted too', async () => {
    const { trials, noted } = noting();
    const { failProbation } = await eightCalls(V2, { trials, probation: { forMs: 1_000 } });
    await failProbation('bad');
    expect(noted).toEqual([['v2', 'v1', 'bad']]);
  });

  test('holds for this host also when it cannot be noted, which is reported', async () => {
    const failure = lifecycleFailed('a', 'save', 'full');
    const { trials } = noting({ tookBack: () => Promise.resolve(left(failure)) });
    const { back, errors, outcome } = await eightCalls(V2, { trials });
    expect(await back()).toMatchObject({ _tag: 'Right' });
    expect([errors, (await outcome())[0]]).toEqual([[failure], 'v1']);
  });

  test('is told at the next start, where the version in its place serves', async () => {
    const takenBack = { fingerprint: 'v2', to: 'v1', reason: 'slow' };
    const { trials } = noting({ takenBack: () => takenBack });
    const { slot, live, events } = virtualSlot({ trials });
    tellTakenBack(slot);
    expect(events).toEqual([]);
    await live(V1);
    tellTakenBack(slot);
    const reason =
      'What is on disk was taken back before this start: slow. Change one of its files to load it.';
    expect(events).toEqual([
      { _tag: 'RolledBack', plugin: 'a', from: 0, to: 1, reason, fingerprint: 'v1' },
    ]);
    await live({ id: 'v2' });
    tellTakenBack(slot);
    expect(events).toHaveLength(1);
    for (const options of [{}, { trials: noting().trials }]) {
      const without = virtualSlot(options);
      await without.live(V1);
      tellTakenBack(without.slot);
      expect(without.events).toEqual([]);
    }
  });
});

describe('a reload to code of an older format', () => {
  const OLD: Program = { id: 'old' };

  test('takes what was counted since, brought down by the version that serves, durable before it serves', async () => {
    const { live, outcome, newest, log, tags } = await eightCalls();
    await live(OLD);
    expect([await outcome(), await newest(), tags()]).toEqual([
      ['old', 8, 3],
      { schema: 1, state: { 1: 8 }, codeHash: 'old' },
      [],
    ]);
    expect(log.indexOf('v2.migrate')).toBeGreaterThan(log.indexOf('v2.saveState'));
  });

  test('that fails afterwards leaves the newest state as it was', async () => {
    const { reload, done, newest, outcome, restart } = await eightCalls();
    failureOf(await done(reload({ ...OLD, odd: { start: no } })));
    expect(await newest()).toMatchObject({ schema: 2, state: { 2: 8 } });
    await restart();
    expect(await outcome()).toEqual(['v2', 8, 2]);
  });

  test('that cannot save what was brought down fails', async () => {
    let saves = 0;
    const memory = memoryStateStore();
    const save: typeof memory.save = (record) => () =>
      (saves += 1) === 3 ? Promise.resolve(left(full)) : memory.save(record)();
    const { reload, done, outcome } = await eightCalls(V2, { store: { ...memory, save } });
    expect(failureOf(await done(reload(OLD)))).toEqual(full);
    expect((await outcome())[0]).toBe('v2');
  });

  test('without a way down takes the newest state that it reads, told', async () => {
    const { live, outcome, events, newest } = await eightCalls({ ...V2, migrates: 'up' });
    // Its own migrate is asked too, and knows no way either.
    const swapped = await live({ ...OLD, migrates: 'no' });
    expect(swapped).toMatchObject({ isStateLost: true, because: { _tag: 'StateRejected' } });
    expect(await outcome()).toEqual(['old', 5, 3]);
    expect(events).toMatchObject([
      {
        _tag: 'StateLost',
        from: 2,
        to: 3,
        reason: expect.stringContaining('from an older state, in format 1'),
      },
    ]);
    expect(await newest()).toMatchObject({ schema: 1, state: { 1: 5 } });
  });

  test('is refused where it would start with nothing while another version serves with the state', async () => {
    const { store, newest } = fillingStore();
    const { live, next, reload, done, call, tags } = virtualSlot({ store });
    await live({ ...V2, migrates: 'no' });
    await next(3);
    expect(failureOf(await done(reload({ ...OLD, migrates: 'no' })))).toMatchObject({
      _tag: 'StateRejected',
      reason:
        "the state has version 2, newer than this plugin's 1; export migrate(state, from, to)",
    });
    expect([await call('who'), await newest(), tags()]).toEqual([
      'v2',
      { schema: 2, state: { 2: 3 }, codeHash: 'v2' },
      [],
    ]);
  });

  test('may start with nothing where nothing serves that has the state, told', async () => {
    const { live, next, instances, slot, call, events, reload, done } = virtualSlot();
    await live({ ...V2, migrates: 'no' });
    await next(3);
    failureOf(await done(reload({ id: 'x', odd: { start: no }, keys: { 'state-version': 2 } })));
    Object.assign(instances[0] ?? {}, { crash: crashed('a', 'dead') });
    slot.gate.hold();
    await live({ ...OLD, migrates: 'no' });
    expect([await call('who'), await call('count')]).toEqual(['old', 0]);
    expect(events).toMatchObject([
      { _tag: 'StateLost', reason: expect.stringContaining('Version 2 starts without a state;') },
    ]);
  });

  test('lets the new code bring the state down where only that knows how', async () => {
    const { live, outcome, log } = await eightCalls({ ...V2, migrates: 'up' });
    await live(OLD);
    expect(await outcome()).toEqual(['old', 8, 3]);
    expect(log.filter((entry) => entry.endsWith('migrate'))).toEqual(['v2.migrate', 'old.migrate']);
  });

  test('asks nothing of a version that is dead', async () => {
    const { live, instances, outcome, log } = await eightCalls();
    Object.assign(instances[1] ?? {}, { crash: crashed('a', 'dead') });
    await live({ id: 'new', keys: { 'state-version': 2 }, odd: {} });
    log.length = 0;
    Object.assign(instances[2] ?? {}, { crash: crashed('a', 'dead') });
    await live(OLD);
    expect([
      log.includes('new.migrate'),
      log.includes('old.migrate'),
      (await outcome())[0],
    ]).toEqual([false, true, 'old']);
  });

  test('gives nothing to a version that takes no state', async () => {
    const { live, call, log, tags } = await eightCalls();
    await live({ ...OLD, without: ['restoreState'], keys: { description: 'stateless' } });
    expect([await call('count'), log.includes('v2.migrate'), tags()]).toEqual([0, false, []]);
  });
});

describe('the state of what serves', () => {
  test('can be looked at, with its format and its code', async () => {
    const { slot, done, live } = await eightCalls();
    expect(await done(currentState(slot))).toEqual(right({ _tag: 'Some', value: { 2: 8 } }));
    expect(stateStampOf(slot)).toEqual({ schema: 2, codeHash: 'v2' });
    await live({ id: 'v3', without: ['saveState'] });
    expect(await done(currentState(slot))).toEqual(right({ _tag: 'None' }));
    const empty = virtualSlot();
    expect(await empty.done(currentState(empty.slot))).toMatchObject({
      left: { _tag: 'PluginNotFound' },
    });
    expect([stateStampOf(empty.slot), stateStampOf(undefined)]).toEqual([undefined, undefined]);
  });

  test('is replaced while no call is under way, and is then the newest one', async () => {
    const { slot, done, outcome, newest, pass, log } = await eightCalls();
    const replacing = replaceState(slot, { 2: 40 });
    const waiting = slot.gate.call('next', []);
    await pass();
    expect(await done(replacing)).toEqual(right(undefined));
    expect([await waiting, await outcome()]).toEqual([41, ['v2', 41, 2]]);
    expect(await newest()).toEqual({ schema: 2, state: { 2: 40 }, codeHash: 'v2' });
    expect(log).toEqual(['v2.saveState', 'v2.restoreState']);
  });

  test('of another format is migrated, and kept in that of the version', async () => {
    const { slot, done, outcome, newest } = await eightCalls();
    expect(await done(replaceState(slot, { 1: 40 }, 1))).toEqual(right(undefined));
    expect([await outcome(), await newest()]).toEqual([
      ['v2', 40, 2],
      { schema: 2, state: { 2: 40 }, codeHash: 'v2' },
    ]);
  });

  test('stays when the new one is refused', async () => {
    const { slot, done, outcome, newest, log } = await eightCalls();
    expect(await done(replaceState(slot, { odd: 1 }))).toMatchObject({
      left: { _tag: 'StateRejected' },
    });
    expect([await outcome(), await newest()]).toEqual([
      ['v2', 8, 2],
      expect.objectContaining({ state: { 1: 5 } }),
    ]);
    expect(log).toEqual(['v2.saveState', 'v2.restoreState', 'v2.restoreState']);
    expect(await done(replaceState(slot, 1n))).toMatchObject({
      left: { _tag: 'StateRejected', reason: expect.stringContaining('state') },
    });
  });

  test('cannot be replaced where nothing takes it, or a call never ends', async () => {
    const world = virtualSlot();
    expect(await world.done(replaceState(world.slot, 1))).toMatchObject({
      left: { _tag: 'PluginNotFound' },
    });
    await world.live({ ...V1, without: ['restoreState'] });
    expect(await world.done(replaceState(world.slot, { 1: 1 }))).toMatchObject({
      left: { _tag: 'StateRejected', reason: 'it exports no restoreState(state, fromVersion)' },
    });
    await world.live({ id: 'v2' });
    Object.assign(world.instances[1] ?? {}, {
      callable: (name: string) => (name === 'who' ? () => 'v2' : never),
    });
    void world.slot.gate.call('long', []);
    expect(await world.done(replaceState(world.slot, { 1: 1 }))).toMatchObject({
      left: { _tag: 'TimedOut', phase: 'quiesce' },
    });
    expect(await world.call('who')).toBe('v2');
  });
});

describe('a way back that meets a second obstacle', () => {
  /** Version 1 does `odd` the first time that it comes back; from then on, nothing is odd. */
  const oddOnce = (name: 'restoreState' | 'start', odd: () => Promise<unknown>): Program => {
    let isFirst = true;
    let runs = 0;
    const once = () => {
      runs += 1;
      // Its first load has no state to restore, and starts well.
      const isBack = name === 'restoreState' || runs > 1;
      if (!isBack || !isFirst) return undefined;
      isFirst = false;
      return odd();
    };
    return { id: 'v1', odd: { [name]: once } };
  };
  const loads = (log: readonly string[]) => log.filter((entry) => entry === 'v1.load').length;

  test.each([
    ['refuses', no],
    ['never takes', never],
  ])('by probation: a version that %s the newest state gets its own, told', async (_, odd) => {
    const options = { probation: { forMs: 600_000 } };
    const world = await eightCalls(V2, options, oddOnce('restoreState', odd));
    await world.failProbation('bad');
    expect([await world.outcome(), loads(world.log)]).toEqual([['v1', 5, 1], 2]);
    expect(world.tags()).toEqual(['StateLost', 'RolledBack']);
  });

  test('by order: a version that never takes the newest state gets its own, told', async () => {
    const world = await eightCalls(V2, {}, oddOnce('restoreState', never));
    expect(await world.back()).toMatchObject({ right: { value: { stateLost: true } } });
    expect([await world.outcome(), loads(world.log)]).toEqual([['v1', 5, 1], 2]);
  });

  test('a version that never starts is not tried with another state', async () => {
    const world = await eightCalls(V2, {}, oddOnce('start', never));
    expect(await world.back()).toMatchObject({ left: { _tag: 'TimedOut', phase: 'start' } });
    expect([await world.outcome(), loads(world.log)]).toEqual([['v2', 8, 2], 1]);
  });

  test('a version that refuses its own state too is not tried again', async () => {
    const first: Program = { id: 'v1', migrates: 'no', odd: { restoreState: no } };
    const world = await eightCalls({ ...V2, migrates: 'up' }, {}, first);
    expect(await world.back()).toMatchObject({ left: { _tag: 'StateRejected' } });
    expect([await world.outcome(), loads(world.log)]).toEqual([['v2', 8, 2], 1]);
  });

  test('code of an older format that cannot bring the state down takes the newest that it reads', async () => {
    const { live, outcome, tags } = await eightCalls({ ...V2, migrates: 'up' });
    await live({ id: 'old', odd: { migrate: no } });
    expect([await outcome(), tags()]).toEqual([['old', 5, 3], ['StateLost']]);
  });

  test('a failed probation does not wait for a store that never answers, and tells what stays behind', async () => {
    const memory = memoryStateStore();
    const disk = { isHung: false };
    const save: typeof memory.save = (record) => () =>
      disk.isHung ? never() : memory.save(record)();
    const options = { store: { ...memory, save }, probation: { forMs: 600_000 } };
    const world = await eightCalls(V2, options);
    await world.done(replaceState(world.slot, { 2: 20 }));
    disk.isHung = true;
    await world.failProbation('bad');
    disk.isHung = false;
    expect((await world.outcome()).slice(0, 2)).toEqual(['v1', 5]);
    expect(world.tags()).toEqual(['StateLost', 'RolledBack']);
    expect(world.errors.map(({ _tag }) => _tag)).toContain('TimedOut');
  });

  /** A store whose save number `fails` fails. */
  const failingAt = (fails: number) => {
    const memory = memoryStateStore();
    const counts = { saves: 0 };
    const save: typeof memory.save = (record) => () =>
      (counts.saves += 1) === fails ? Promise.resolve(left(full)) : memory.save(record)();
    return { store: { ...memory, save }, counts };
  };
  const SAME: Program = { id: 'v2' };

  test('the newest record is one of the version that serves, saved once', async () => {
    const { store, counts } = failingAt(0);
    const same = await eightCalls(SAME, { store });
    counts.saves = 0;
    await same.back();
    expect(counts.saves).toBe(2);
    expect(await store.load('a')()).toMatchObject({
      right: { value: { codeHash: 'v1', state: { 1: 8 } } },
    });

    const down = failingAt(0);
    const lower = await eightCalls(V2, { store: down.store });
    down.counts.saves = 0;
    await lower.back();
    expect(down.counts.saves).toBe(2);
  });

  test('a save that fails when the version serves already is reported', async () => {
    const { back, errors, outcome } = await eightCalls(SAME, { store: failingAt(3).store });
    expect(await back()).toMatchObject({ _tag: 'Right' });
    expect([errors, (await outcome())[0]]).toEqual([[full], 'v1']);
  });

  test('a state that was brought down and cannot be taken back from the store is reported', async () => {
    const { reload, done, errors, outcome } = await eightCalls(V2, { store: failingAt(4).store });
    failureOf(await done(reload({ id: 'old', odd: { start: no } })));
    expect([errors, (await outcome())[0]]).toEqual([[full], 'v2']);
  });

  test('a reload that fails saves nothing but the state that was given', async () => {
    const { store, counts } = failingAt(0);
    const { reload, done } = await eightCalls(SAME, { store });
    counts.saves = 0;
    failureOf(await done(reload({ id: 'v3', odd: { start: no } })));
    expect(counts.saves).toBe(1);
  });

  test('a call that does not end refuses an order, and not a failed probation', async () => {
    const busy = async (options: Parameters<typeof virtualSlot>[0]) => {
      const world = await eightCalls(SAME, options);
      const { callable } = world.instances[1] ?? {};
      Object.assign(world.instances[1] ?? {}, {
        callable: (name: string) => (name === 'long' ? never : callable?.(name)),
      });
      void world.slot.gate.call('long', []);
      return world;
    };
    const ordered = await busy({});
    expect(await ordered.back()).toMatchObject({ left: { _tag: 'TimedOut', phase: 'quiesce' } });
    expect(await ordered.replace(1)).toMatchObject({
      left: { _tag: 'TimedOut', phase: 'quiesce' },
    });
    expect((await ordered.outcome())[0]).toBe('v2');
    const failed = await busy({ probation: { forMs: 600_000 } });
    await failed.failProbation('bad');
    expect((await failed.outcome())[0]).toBe('v1');
    const restarted = await busy({});
    expect(await restarted.restart()).toMatchObject({ _tag: 'Right' });
  });
});

describe('a restart after a crash', () => {
  test('is told with the first line of why, and does nothing where another copy serves', async () => {
    const { slot, instances, done } = await eightCalls();
    const [first, second] = instances;
    if (first === undefined || second === undefined) throw new Error('two copies run');
    expect(await done(restartCrashed(slot, first, {}))).toEqual(
      right({ value: undefined, to: 2, events: [] }),
    );
    Object.assign(second, { crash: crashed('a', 'it died\nat a line') });
    const told = { _tag: 'Restarted', plugin: 'a', version: 2, fingerprint: 'v2' };
    expect(await done(restartCrashed(slot, second, {}))).toEqual(
      right({ value: undefined, to: 2, events: [{ ...told, reason: 'a: it died' }] }),
    );
    const third = instances[2];
    if (third === undefined) throw new Error('a third copy serves');
    expect(await done(restartCrashed(slot, third, {}))).toMatchObject({
      right: { events: [{ reason: 'the version that served has died' }] },
    });
  });

  test('is called off by its signal', async () => {
    const { slot, done, outcome } = await eightCalls();
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await done(restartVersion(slot, servingOf(slot), 'it hangs', { signal }))).toMatchObject(
      {
        left: { _tag: 'Aborted', reason: 'enough' },
      },
    );
    expect(await outcome()).toEqual(['v2', 8, 2]);
  });
});
