import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { crashed } from '../../../src/model/reload/failures.js';
import type { StateSaveFailed } from '../../../src/model/reload/ReloadError.js';
import type { SaveState } from '../../../src/model/reload/ReloadTarget.js';
import { PluginCallError } from '../../../src/runtime/calls/PluginCallError.js';
import type { StateKeeper } from '../../../src/runtime/index.js';
import type { PluginInstance } from '../../../src/runtime/instances/PluginInstance.js';
import { type HandOver, stateOfText } from '../../../src/runtime/protocol/KeptState.js';
import { PluginStates } from '../../../src/runtime/protocol/PluginStates.js';
import { readState, takeState } from '../../../src/runtime/protocol/takeState.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { codeOf, versionWith, virtualSteps } from './fakeVersion.js';

const full: StateSaveFailed = {
  _tag: 'StateSaveFailed',
  plugin: 'a',
  reason: 'full',
  message: 'full',
};

interface Taking {
  readonly store?: StateKeeper;
  readonly saveState?: SaveState;
  readonly handOver?: HandOver;
}

/** SAVE of one version, in virtual time, and what of its state was told to be left out. */
function take(instance: PluginInstance, { store, saveState, handOver }: Taking = {}) {
  const { steps, play, after } = virtualSteps();
  const states = new PluginStates('a', store);
  const leftOut: (string | undefined)[] = [];
  const code = codeOf({ 'state-version': 4 });
  const run = async () => {
    const taken = steps.run('save', (time) =>
      takeState({
        ...{ instance, code, states, time, saveState },
        ...(handOver && { handOver }),
        onLeftOut: (failure) => leftOut.push(failure?.reason),
      }),
    );
    await play();
    return taken;
  };
  const newest = async () => {
    const known = await states.newest();
    return known._tag === 'Right' && known.right && stateOfText(known.right);
  };
  return { states, leftOut, run, newest, after, code, steps, play };
}

describe('a state that a version gives', () => {
  test('is saved in the store, with its format and its code, and is the newest one', async () => {
    const store = memoryStateStore();
    const { run, newest, leftOut } = take(versionWith({ saveState: () => ({ n: 1 }) }), { store });

    expect(await run()).toMatchObject({ right: { stateVersion: 4, text: '{"n":1}' } });
    expect(await store.load('a')()).toMatchObject({
      right: { value: { plugin: 'a', schema: 4, codeHash: 'code', state: { n: 1 }, seq: 1 } },
    });
    expect([await newest(), leftOut]).toEqual([{ n: 1 }, [undefined]]);
  });

  test('is saved where the caller wants it, and not in the store too', async () => {
    const [store, own] = [memoryStateStore(), memoryStateStore()];
    const { run } = take(versionWith({ saveState: () => 1 }), { store, saveState: own.save });
    await run();

    expect(await own.load('a')()).toMatchObject({ right: { value: { state: 1 } } });
    expect(await store.load('a')()).toMatchObject({ right: { _tag: 'None' } });
  });

  test('is kept in memory where nobody saves it', async () => {
    const { run, newest } = take(versionWith({ saveState: () => 1 }));
    expect(await run()).toMatchObject({ right: { text: '1' } });
    expect(await newest()).toBe(1);
  });

  test('is nothing when the version keeps none, or gives none', async () => {
    for (const instance of [versionWith({}), versionWith({ saveState: () => undefined })]) {
      const { run, newest, leftOut } = take(instance, { store: memoryStateStore() });
      expect([await run(), await newest(), leftOut]).toEqual([right(undefined), undefined, []]);
    }
  });

  test('is not the newest one when it could not be saved', async () => {
    const saveState = () => () => Promise.resolve(left(full));
    const failing = take(versionWith({ saveState: () => 1 }), { saveState });
    expect(await failing.run()).toEqual(left(full));
    expect([await failing.newest(), failing.leftOut]).toEqual([undefined, []]);

    const gone = () => () => Promise.reject(new Error('gone'));
    const throwing = take(versionWith({ saveState: () => 1 }), { saveState: gone });
    expect(await throwing.run()).toMatchObject({
      left: { _tag: 'StateSaveFailed', plugin: 'a', reason: 'gone' },
    });
  });

  test('is the fault of the plugin when the store rejects it, or it cannot be text', async () => {
    const refusal = {
      _tag: 'StateRejected',
      plugin: 'a',
      reason: 'too large',
      message: '',
    } as const;
    const saveState = () => () => Promise.resolve(left(refusal));
    expect(await take(versionWith({ saveState: () => 1 }), { saveState }).run()).toMatchObject({
      left: { _tag: 'StateSaveFailed', by: 'plugin', reason: 'too large' },
    });
    expect(await take(versionWith({ saveState: () => 1n })).run()).toMatchObject({
      left: { _tag: 'StateSaveFailed', by: 'plugin', reason: expect.stringContaining('state') },
    });
    const throws = versionWith({
      saveState: () => {
        throw new Error('no');
      },
    });
    expect(await take(throws).run()).toMatchObject({
      left: { by: 'plugin', reason: 'saveState() threw: no' },
    });
  });

  test('is told to lack what JSON cannot hold, and what a thread could not send', async () => {
    const local = take(versionWith({ saveState: () => ({ list: [-0] }) }));
    await local.run();
    const sent = take(versionWith({ saveState: () => 1 }, { leftOut: 'state.fn is a function' }));
    await sent.run();

    expect(local.leftOut).toEqual([expect.stringContaining('state.list[0] ')]);
    expect(sent.leftOut).toEqual(['state.fn is a function']);
  });
});

describe('a state that is handed over as the object itself', () => {
  const handOver = 'reference';

  test('needs no copy where nobody saves it', async () => {
    const value = { n: 1, call: () => 2 };
    const { run, newest, leftOut } = take(versionWith({ saveState: () => value }), { handOver });

    expect(await run()).toEqual(right({ stateVersion: 4, reference: { value }, kept: undefined }));
    expect([await newest(), leftOut]).toEqual([undefined, []]);
  });

  test('is saved as a copy too where there is a store', async () => {
    const store = memoryStateStore();
    const value = { n: 1 };
    const taking = take(versionWith({ saveState: () => value }), { handOver, store });
    const taken = await taking.run();

    expect(taken).toMatchObject({ right: { stateVersion: 4, kept: { text: '{"n":1}' } } });
    expect(taken._tag === 'Right' && taken.right && 'reference' in taken.right).toBe(true);
    expect([await taking.newest(), taking.leftOut]).toEqual([{ n: 1 }, [undefined]]);
  });

  test('goes on without a copy when it can never be saved, which is told', async () => {
    const value = { call: () => 1 };
    const taking = take(versionWith({ saveState: () => value }), {
      handOver,
      store: memoryStateStore(),
    });
    expect(await taking.run()).toEqual(
      right({ stateVersion: 4, reference: { value }, kept: undefined }),
    );
    expect(taking.leftOut).toEqual([expect.stringContaining('call')]);

    const saveState = () => () => Promise.resolve(left(full));
    expect(
      await take(versionWith({ saveState: () => value }), { saveState, handOver }).run(),
    ).toMatchObject({
      right: { kept: undefined },
    });
    const later = versionWith({ saveState: () => ({ n: 1 }) });
    expect(await take(later, { saveState, handOver }).run()).toEqual(left(full));
  });
});

test('nobody has to listen for what a save leaves out', async () => {
  const { steps } = virtualSteps();
  const saving = (state: unknown, store?: StateKeeper) =>
    steps.run('save', (time) =>
      takeState({
        ...{ instance: versionWith({ saveState: () => state }), code: codeOf(), time },
        ...{ states: new PluginStates('a', store), saveState: undefined, handOver: 'reference' },
      }),
    );
  expect(await saving({ call: () => 1 }, memoryStateStore())).toMatchObject({
    right: { kept: undefined },
  });
  expect(await saving({ n: 1 }, memoryStateStore())).toMatchObject({
    right: { kept: { bytes: 7 } },
  });
});

test('a store that rejects a state and gives no reason has its message told', async () => {
  const refusal = { _tag: 'StateRejected', plugin: 'a', message: 'too large' } as const;
  const saveState: SaveState = () => () => Promise.resolve(left(refusal));
  expect(await take(versionWith({ saveState: () => 1 }), { saveState }).run()).toMatchObject({
    left: { by: 'plugin', reason: 'too large' },
  });
});

describe('a version that does not give its state', () => {
  test('in time is given up, by its own fault, and what comes later is not saved', async () => {
    const store = memoryStateStore();
    const slow = versionWith({ saveState: () => taking.after(5_001, { n: 1 }) });
    const taking = take(slow, { store });

    expect(await taking.run()).toMatchObject({
      left: { _tag: 'TimedOut', phase: 'save', by: 'plugin' },
    });
    expect(await store.load('a')()).toMatchObject({ right: { _tag: 'None' } });
    expect(await taking.newest()).toBeUndefined();
  });

  test('because the swap was called off meanwhile, does not have it saved', async () => {
    const abort = new AbortController();
    const { steps, play, after } = virtualSteps(abort.signal);
    const states = new PluginStates('a', undefined);
    const instance = versionWith({ saveState: () => after(10, 1) });
    let late: unknown;
    const run = steps.run('save', async (time) => {
      const taken = await takeState({
        instance,
        code: codeOf(),
        states,
        time,
        saveState: undefined,
      });
      late = taken;
      return taken;
    });
    abort.abort();
    await play();

    expect(await run).toMatchObject({ left: { _tag: 'Aborted' } });
    expect(late).toMatchObject({ left: { by: 'plugin', reason: 'saveState() returned too late' } });
    expect(await states.newest()).toEqual(right(undefined));
  });

  test('because saveState ended its worker, is not asked again', async () => {
    let askedCount = 0;
    const ends = versionWith(
      {
        saveState: () => {
          askedCount += 1;
          return Promise.reject(new PluginCallError('Crashed', 'a', 'the worker died'));
        },
      },
      { crash: { ...crashed('a', 'it exits'), reason: 'it called process.exit' } },
    );
    const taking = take(ends);
    const reason = 'saveState() did not return: it called process.exit';
    expect(await taking.run()).toMatchObject({ left: { by: 'plugin', reason } });
    expect(await taking.run()).toMatchObject({
      left: { by: 'plugin', reason: `${reason}, so it is not asked again` },
    });
    expect(askedCount).toBe(1);
    // Another version may be asked.
    expect(taking.states.fatalReason('other code')).toBeUndefined();
  });

  test('because its worker died of something else, may be asked again', async () => {
    const lost = versionWith({
      saveState: () => Promise.reject(new PluginCallError('Crashed', 'a', 'the worker died')),
    });
    const taking = take(lost);

    expect(await taking.run()).toMatchObject({
      left: { by: 'plugin', reason: 'saveState() did not return: the worker died' },
    });
    expect(taking.states.fatalReason('code')).toBeUndefined();
  });
});

test('a look at a state saves nothing', async () => {
  const { steps, states, code, newest } = take(versionWith({}), { store: memoryStateStore() });
  const look = (instance: PluginInstance) =>
    steps.run('save', (time) => readState({ instance, code, states, time }));

  expect(await look(versionWith({ saveState: () => ({ n: 1 }) }))).toMatchObject({
    right: { text: '{"n":1}', stateVersion: 4 },
  });
  expect(await look(versionWith({}))).toEqual(right(undefined));
  expect(await look(versionWith({ saveState: () => 1n }))).toMatchObject({
    left: { by: 'plugin' },
  });
  expect(
    await look(versionWith({ saveState: () => Promise.reject(new Error('no')) })),
  ).toMatchObject({
    left: { by: 'plugin', reason: 'saveState() threw: no' },
  });
  expect(await newest()).toBeUndefined();
});
