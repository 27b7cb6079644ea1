import { isRight } from 'fp-ts/lib/Either.js';
import { fromNullable } from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { memoryStateStore, migrationChain, withCodecs } from '../../../src/state/index.js';

const counter = { schema: 2, codec: t.strict({ count: t.number }) };
const unsaved = (state: unknown, schema = 2, plugin = 'counter') => ({
  plugin,
  schema,
  codeHash: 'c0de',
  state,
});

describe('withCodecs', () => {
  it('refuses a state that does not fit, names the place, and keeps what was saved', async () => {
    const store = withCodecs(memoryStateStore(), { counter });
    expect(isRight(await store.save(unsaved({ count: 1 }))())).toBe(true);

    expect(await store.save(unsaved({ count: 'one' }))()).toMatchObject({
      left: {
        _tag: 'StateRejected',
        plugin: 'counter',
        reason: expect.stringContaining('count: expected a number, got "one"'),
      },
    });
    expect(await store.load('counter')()).toMatchObject({ right: { value: { seq: 1 } } });
  });

  it('refuses to load a record that does not fit, and leaves it where it is', async () => {
    const memory = memoryStateStore();
    for (const state of [{ count: 1 }, { count: null }]) await memory.save(unsaved(state))();
    const store = withCodecs(memory, { counter });

    expect(await store.load('counter')()).toMatchObject({
      left: { _tag: 'StateRejected', reason: expect.stringContaining('record 2 does not fit') },
    });
    expect(await store.history('counter')()).toMatchObject({ right: [{ seq: 1 }] });
    expect(await memory.load('counter')()).toMatchObject({ right: { value: { seq: 2 } } });
  });

  it('does not check states without a codec: another version, another plugin, a name of Object.prototype', async () => {
    const store = withCodecs(memoryStateStore(), { counter });
    for (const record of [unsaved(1, 1), unsaved(1, 2, 'other'), unsaved(1, 2, 'toString')]) {
      expect(isRight(await store.save(record)())).toBe(true);
      expect(await store.load(record.plugin)()).toMatchObject({ right: { value: { state: 1 } } });
    }
    expect(await store.remove('other')()).toMatchObject({ _tag: 'Right' });
    expect(await store.load('other')()).toMatchObject({ right: fromNullable(undefined) });
    await store.close();
    expect(isRight(await store.load('counter')())).toBe(false);
  });
});

describe('migrationChain', () => {
  const add = (key: string) => ({
    up: (state: unknown) => ({ ...Object(state), [key]: 1 }) as unknown,
    down: (state: unknown) => {
      const rest = { ...Object(state) } as Record<string, unknown>;
      delete rest[key];
      return rest;
    },
  });
  const migrate = migrationChain([
    { to: 4, ...add('c') },
    { to: 2, ...add('a') },
    { to: 3, ...add('b') },
  ]);

  it('goes up and down through each version, and back to the same', async () => {
    expect(await migrate({ x: 0 }, 1, 4)).toEqual({ x: 0, a: 1, b: 1, c: 1 });
    expect(await migrate(await migrate({ x: 0 }, 1, 4), 4, 1)).toEqual({ x: 0 });
    expect(await migrate({ x: 0 }, 3, 3)).toEqual({ x: 0 });
  });

  it('rejects when a step is missing', async () => {
    await expect(migrate({}, 4, 5)).rejects.toThrow('no migration leads from version 4');
    const oneWay = migrationChain([{ to: 2, up: (state) => state }]);
    await expect(oneWay({}, 2, 1)).rejects.toThrow('from version 2 of the state to 1');
  });

  it('throws at once for steps that cannot work', () => {
    const up = (state: unknown) => state;
    expect(() => migrationChain([{ to: 1, up }])).toThrow('to (1) is not a whole number from 2');
    expect(() =>
      migrationChain([
        { to: 2, up },
        { to: 2, up },
      ]),
    ).toThrow('two migrations lead to 2');
    expect(() =>
      migrationChain([
        { to: 2, up },
        { to: 4, up },
      ]),
    ).toThrow('no migration leads to 3, but one to 4');
  });
});
