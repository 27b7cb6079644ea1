import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StateKeeper } from '../../../src/runtime/index.js';
import {
  type KeptState,
  keptCopyOf,
  leftOutOfText,
  stateOfText,
  stateToText,
} from '../../../src/runtime/protocol/KeptState.js';
import { PluginStates } from '../../../src/runtime/protocol/PluginStates.js';
import { memoryStateStore } from '../../../src/state/index.js';

/** A state `{ n }` in a format. */
const stateOf = (n: number, stateVersion = 1): KeptState => {
  const text = stateToText({ n });
  if (text._tag === 'Left') throw new Error(text.left);
  return { ...text.right, stateVersion };
};
const record = (n: number, schema = 1) => ({ plugin: 'a', schema, codeHash: 'h', state: { n } });
const newestOf = async (states: PluginStates) => {
  const newest = await states.newest();
  return newest._tag === 'Right' ? newest.right && stateOfText(newest.right) : newest.left;
};
const damaged = {
  _tag: 'StateCorrupt',
  plugin: 'a',
  path: 'a',
  reason: '',
  message: 'damaged',
} as const;
const full = { _tag: 'StateSaveFailed', plugin: 'a', reason: 'full', message: 'full' } as const;

describe('the newest state of a plugin', () => {
  test('is the one that was acknowledged last, in the order in which the saves began', async () => {
    const states = new PluginStates('a', undefined);
    expect(await newestOf(states)).toBeUndefined();
    const [first, second] = [states.startSave(), states.startSave()];
    states.acknowledge(stateOf(2), second);
    states.acknowledge(stateOf(1), first);

    expect(await newestOf(states)).toEqual({ n: 2 });
    states.acknowledge(stateOf(3), second);
    expect(await newestOf(states)).toEqual({ n: 3 });
  });

  test('is that of the store before the first save, and a newer one that somebody else saved there', async () => {
    const store = memoryStateStore();
    await store.save(record(1))();
    const states = new PluginStates('a', store);
    expect(await newestOf(states)).toEqual({ n: 1 });
    await store.save(record(2))();

    expect(await newestOf(states)).toEqual({ n: 2 });
  });

  test('stays in memory when the store has no newer record', async () => {
    const store = memoryStateStore();
    const states = new PluginStates('a', store);
    await store.save(record(1))();
    states.acknowledge(stateOf(5), states.startSave());
    // A save that was given up at its deadline has this record.
    states.sawRecord(1);
    states.sawRecord(0);
    expect(await newestOf(states)).toEqual({ n: 5 });
    await store.save(record(6))();

    expect(await newestOf(states)).toEqual({ n: 6 });
  });

  test('is not replaced by what the store had when a later save was acknowledged', async () => {
    let answer: () => void = () => undefined;
    const memory = memoryStateStore();
    await memory.save(record(1))();
    const slow: StateKeeper = {
      save: memory.save,
      load: (plugin) => async () => {
        const loaded = await memory.load(plugin)();
        await new Promise<void>((resolve) => (answer = resolve));
        return loaded;
      },
    };
    const states = new PluginStates('a', slow);
    const reading = newestOf(states);
    await new Promise((resolve) => setImmediate(resolve));
    states.acknowledge(stateOf(2), states.startSave());
    answer();

    expect(await reading).toEqual({ n: 2 });
  });

  test('is that in memory when all records of the store are damaged, and unknown without one', async () => {
    const load = () => () => Promise.resolve(left(damaged));
    const states = new PluginStates('a', { ...memoryStateStore(), load });
    expect(await newestOf(states)).toEqual(damaged);
    states.acknowledge(stateOf(1), states.startSave());

    expect(await newestOf(states)).toEqual({ n: 1 });
  });

  test('is unknown while the store cannot be read for another cause', async () => {
    const load = () => () => Promise.resolve(left(full));
    const states = new PluginStates('a', { ...memoryStateStore(), load });
    states.acknowledge(stateOf(1), states.startSave());

    expect(await newestOf(states)).toEqual(full);
  });

  test('a store that throws, or gives what cannot be text, has no readable state', async () => {
    const throwing = () => () => Promise.reject(new Error('gone'));
    const states = new PluginStates('a', { ...memoryStateStore(), load: throwing });
    expect(await newestOf(states)).toMatchObject({ _tag: 'StateCorrupt', reason: 'gone' });

    const odd = { ...record(1), seq: 1, state: { n: 1n } };
    const load = () => () => Promise.resolve(right({ _tag: 'Some', value: odd } as const));
    const strange = new PluginStates('a', { ...memoryStateStore(), load });
    expect(await newestOf(strange)).toMatchObject({ _tag: 'StateCorrupt', plugin: 'a' });
  });
});

describe('a state that is adopted', () => {
  test('is the newest one, also in the store, with the code that made it', async () => {
    const store = memoryStateStore();
    const states = new PluginStates('a', store);
    await store.save(record(1))();
    expect(await states.adopt(stateOf(9, 2), 'code')).toEqual(right(undefined));

    expect(await store.load('a')()).toMatchObject({
      right: { value: { schema: 2, codeHash: 'code', state: { n: 9 }, seq: 2 } },
    });
    // The record is its own: the store has nothing newer.
    states.acknowledge(stateOf(10), states.startSave());
    expect(await newestOf(states)).toEqual({ n: 10 });
  });

  test('is the newest one in memory without a store, and when it cannot be saved', async () => {
    const alone = new PluginStates('a', undefined);
    expect(await alone.adopt(stateOf(1), 'code')).toEqual(right(undefined));
    expect(await newestOf(alone)).toEqual({ n: 1 });

    const save = () => () => Promise.resolve(left(full));
    const states = new PluginStates('a', { ...memoryStateStore(), save });
    expect(await states.adopt(stateOf(1), 'code')).toEqual(left(full));
    expect(await newestOf(states)).toEqual({ n: 1 });
  });

  test('is saved where the caller wants it', async () => {
    const store = memoryStateStore();
    const own = memoryStateStore();
    const states = new PluginStates('a', store);
    await states.adopt(stateOf(1), 'code', own.save);

    expect(await store.load('a')()).toMatchObject({ right: { _tag: 'None' } });
    expect(await own.load('a')()).toMatchObject({ right: { value: { state: { n: 1 } } } });
  });
});

describe('the newest state that a format reads', () => {
  test('is in that format or an older one, and the last of these that was acknowledged', async () => {
    const states = new PluginStates('a', undefined);
    for (const [n, format] of [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 1],
    ] as const) {
      states.acknowledge(stateOf(n, format), states.startSave());
    }
    const read = async (format: number) => {
      const state = await states.newestReadBy(format);
      return state && [stateOfText(state), state.stateVersion];
    };

    expect(await read(0)).toBeUndefined();
    expect(await read(1)).toEqual([{ n: 4 }, 1]);
    expect(await read(2)).toEqual([{ n: 4 }, 1]);
    expect(await read(3)).toEqual([{ n: 4 }, 1]);
    states.acknowledge(stateOf(5, 2), states.startSave());
    expect(await read(1)).toEqual([{ n: 4 }, 1]);
    expect(await read(2)).toEqual([{ n: 5 }, 2]);
  });

  test('is remembered for the four formats that were acknowledged last', async () => {
    const states = new PluginStates('a', undefined);
    for (const format of [1, 2, 3, 4])
      states.acknowledge(stateOf(format, format), states.startSave());
    expect(await states.newestReadBy(1)).toMatchObject({ stateVersion: 1 });
    states.acknowledge(stateOf(5, 5), states.startSave());

    expect(await states.newestReadBy(1)).toBeUndefined();
    expect(await states.newestReadBy(2)).toMatchObject({ stateVersion: 2 });
  });

  test('is from the history of the store where this process knows none', async () => {
    const store = memoryStateStore();
    for (const [n, format] of [
      [1, 1],
      [2, 1],
      [3, 2],
    ] as const)
      await store.save(record(n, format))();
    const states = new PluginStates('a', store);
    expect(await states.newestReadBy(1)).toEqual({ ...stateOf(2), stateVersion: 1 });
    expect(await states.newestReadBy(0)).toBeUndefined();
    states.acknowledge(stateOf(7), states.startSave());

    expect(await states.newestReadBy(1)).toEqual(stateOf(7));
  });

  test.each<[string, StateKeeper]>([
    ['has no history', { save: memoryStateStore().save, load: memoryStateStore().load }],
    [
      'cannot be read',
      { ...memoryStateStore(), history: () => () => Promise.resolve(left(damaged)) },
    ],
    ['throws', { ...memoryStateStore(), history: () => () => Promise.reject(new Error('gone')) }],
    [
      'gives what cannot be text',
      {
        ...memoryStateStore(),
        history: () => () => Promise.resolve(right([{ ...record(1), seq: 1, state: 1n }])),
      },
    ],
  ])('is unknown when the store %s', async (_, store) => {
    expect(await new PluginStates('a', store).newestReadBy(9)).toBeUndefined();
  });
});

test('code whose saveState ended its worker is known as long as no other one did', () => {
  const states = new PluginStates('a', undefined);
  expect(states.fatalReason('x')).toBeUndefined();
  states.noteFatal('x', 'it exits');
  expect([states.fatalReason('x'), states.fatalReason('y')]).toEqual(['it exits', undefined]);
  states.noteFatal('y', 'it loops');
  expect([states.fatalReason('x'), states.fatalReason('y')]).toEqual([undefined, 'it loops']);
});

describe('a state as text', () => {
  test('is told with its size in bytes and its hash', () => {
    expect(stateToText({ word: 'ä' })).toEqual(
      right({
        text: '{"word":"ä"}',
        bytes: 13,
        sha256: '614b885e30e50937e03ce770d01d50f4edf2857f13066792ffccd286bfc2c873',
      }),
    );
  });

  test.each<[string, unknown, string]>([
    ['holds what JSON cannot', { list: [1, 2n] }, 'state.list[1]'],
    [
      'throws while it is read',
      {
        get n() {
          throw new Error('not now');
        },
      },
      'the state threw while it was read: not now',
    ],
    [
      'is too large',
      'x'.repeat(16 * 1024 * 1024),
      `the state is ${16 * 1024 * 1024 + 2} bytes, and the limit is ${16 * 1024 * 1024}: keep less of it`,
    ],
  ])('is refused when it %s', (_, state, reason) => {
    expect(stateToText(state)).toEqual(left(expect.stringContaining(reason)));
  });

  test('is refused when an inherited toJSON turns it into nothing', () => {
    const toJSON = { configurable: true, value: () => undefined };
    Object.defineProperty(Array.prototype, 'toJSON', toJSON);
    onTestFinished(() => void Reflect.deleteProperty(Array.prototype, 'toJSON'));
    expect(stateToText([1])).toEqual(left('toJSON() of the state returned nothing'));
  });

  test('of exactly the limit is allowed', () => {
    expect(stateToText('x'.repeat(16 * 1024 * 1024 - 2))).toMatchObject({ _tag: 'Right' });
  });

  test('says what it does not have', () => {
    expect(leftOutOfText({ n: 1 })).toBeUndefined();
    expect(leftOutOfText({ list: [-0] })).toContain('state.list[0] ');
    const odd = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('closed');
        },
      },
    );
    expect(leftOutOfText(odd)).toBe('the state threw while it was read: closed');
  });

  test('is the copy of what was handed over, if one was made', () => {
    const kept = stateOf(1);
    const reference = { value: {} };
    expect(keptCopyOf(undefined)).toBeUndefined();
    expect(keptCopyOf(kept)).toBe(kept);
    expect(keptCopyOf({ stateVersion: 1, reference, kept })).toBe(kept);
    expect(keptCopyOf({ stateVersion: 1, reference, kept: undefined })).toBeUndefined();
  });
});
