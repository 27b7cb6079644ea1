import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { ReloadError, StateSaveFailed } from '../../../src/model/reload/ReloadError.js';
import type { StateStore } from '../../../src/model/reload/StateStore.js';
import { LedgerKeeper } from '../../../src/pipeline/trials/LedgerKeeper.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { type VersionLedger, versionLedgers } from '../../../src/state/ledger/VersionLedger.js';

const LEDGER = 'versions.ledger';
const trial = (crashes: number) => ({ plugin: 'a', fingerprint: 'x', files: [], crashes });
const failure: StateSaveFailed = {
  _tag: 'StateSaveFailed',
  plugin: LEDGER,
  reason: 'full',
  message: 'full',
};

/** A store that holds this ledger; its saves and loads are counted. */
async function storeWith(state: unknown, more: Partial<StateStore> = {}) {
  const memory = memoryStateStore();
  await memory.save({ plugin: LEDGER, schema: 1, codeHash: '', state })();
  const counts = { saves: 0, loads: 0 };
  const store: StateStore = {
    ...memory,
    save: (record) => () => {
      counts.saves += 1;
      return memory.save(record)();
    },
    load: (plugin) => () => {
      counts.loads += 1;
      return memory.load(plugin)();
    },
    ...more,
  };
  const errors: ReloadError[] = [];
  const keeper = new LedgerKeeper(store, (error) => errors.push(error));
  const stored = async () => {
    const loaded = await memory.load(LEDGER)();
    return loaded._tag === 'Right' && loaded.right._tag === 'Some'
      ? loaded.right.value.state
      : loaded;
  };
  return { memory, keeper, counts, errors, stored };
}

const withTrial: VersionLedger = { ...versionLedgers.empty, trials: [trial(0)] };
const asSuspect = { ...versionLedgers.empty, suspects: [trial(1)] };

describe('a ledger that is read', () => {
  it('has the trials of the host before as suspects, durably, and is read once', async () => {
    const { keeper, counts, stored } = await storeWith(withTrial);
    expect(await Promise.all([keeper.read(), keeper.read()])).toEqual([asSuspect, asSuspect]);
    expect(await keeper.read()).toEqual(asSuspect);

    expect([await stored(), counts]).toEqual([asSuspect, { saves: 1, loads: 1 }]);
  });

  it('is not written when nothing was on trial', async () => {
    const ledger = { ...versionLedgers.empty, suspects: [trial(2)] };
    const { keeper, counts } = await storeWith(ledger);
    expect([await keeper.read(), counts.saves]).toEqual([ledger, 0]);
  });

  it('is empty when it cannot be read, which is told, or is no ledger', async () => {
    const load = () => () => Promise.resolve(left(failure));
    const unreadable = await storeWith(withTrial, { load });
    expect([await unreadable.keeper.read(), unreadable.errors]).toEqual([
      versionLedgers.empty,
      [failure],
    ]);
    const odd = await storeWith({ trials: 1 });
    expect([await odd.keeper.read(), odd.errors]).toEqual([versionLedgers.empty, []]);
    const none = new LedgerKeeper(memoryStateStore(), () => undefined);
    expect(await none.read()).toEqual(versionLedgers.empty);
  });
});

describe('a store that several hosts use', () => {
  /** `answers` is what each claim is answered. */
  const claimed = async (...answers: readonly boolean[]) => {
    const asked: string[] = [];
    const claim = (name: string) => () => {
      const isOwn = answers[asked.length] ?? true;
      asked.push(name);
      return Promise.resolve(isOwn ? right(undefined) : left(failure));
    };
    return { asked, ...(await storeWith(withTrial, { claim })) };
  };

  it('is claimed before the trials in it are those of a host that has ended', async () => {
    const { keeper, asked, stored } = await claimed(true);
    expect(await keeper.read()).toEqual(asSuspect);
    expect([asked, await stored()]).toEqual([[LEDGER], asSuspect]);
    expect([await keeper.claim(), asked.length]).toEqual([true, 1]);
  });

  it('is only read while another host has it, which is told once, and asked for again each time', async () => {
    const { keeper, asked, errors, counts, stored } = await claimed(false, false, true);
    // The trials are those of the host that lives.
    expect(await keeper.read()).toEqual(versionLedgers.empty);
    expect([await keeper.claim(), asked.length, errors]).toEqual([false, 2, [failure]]);
    expect([await stored(), counts.saves]).toEqual([withTrial, 0]);

    expect(await Promise.all([keeper.claim(), keeper.claim()])).toEqual([true, true]);
    expect([asked.length, keeper.ledger, await stored()]).toEqual([3, asSuspect, asSuspect]);
  });

  it('is not claimed for a look at a ledger without trials', async () => {
    const asked: string[] = [];
    const claim = (name: string) => () => {
      asked.push(name);
      return Promise.resolve(right(undefined));
    };
    const { keeper } = await storeWith(versionLedgers.empty, { claim });
    await keeper.read();
    expect(asked).toEqual([]);
  });

  it('needs no claim where it cannot be shared', async () => {
    const { keeper, counts } = await storeWith(versionLedgers.empty);
    expect([await keeper.claim(), counts.loads]).toEqual([true, 0]);
  });
});

describe('updates', () => {
  const suspecting = (plugin: string) => (ledger: VersionLedger) => ({
    ...ledger,
    suspects: [...ledger.suspects, { ...trial(1), plugin }],
  });

  it('hold in memory at once, and share a write while another one is under way', async () => {
    const { keeper, counts, stored } = await storeWith(versionLedgers.empty);
    const writes = ['a', 'b', 'c'].map((plugin) => keeper.update(suspecting(plugin)));
    expect(keeper.ledger.suspects).toHaveLength(3);
    await Promise.all(writes);
    expect([counts.saves, await stored()]).toEqual([1, keeper.ledger]);

    await keeper.update(suspecting('d'));
    expect([counts.saves, await stored()]).toEqual([2, keeper.ledger]);
  });

  it('are written one after the other', async () => {
    let under = 0;
    let most = 0;
    const memory = memoryStateStore();
    const save: StateStore['save'] = (record) => async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      return memory.save(record)();
    };
    const { keeper } = await storeWith(versionLedgers.empty, { save });
    const first = keeper.update(suspecting('a'));
    await Promise.resolve();
    await Promise.all([first, keeper.update(suspecting('b')), keeper.update(suspecting('c'))]);
    expect(most).toBe(1);
  });

  it('end also when they cannot be written, which is told', async () => {
    const save = () => () => Promise.resolve(left(failure));
    const { keeper, errors } = await storeWith(versionLedgers.empty, { save });
    await keeper.update(suspecting('a'));
    expect(errors).toEqual([failure]);
    expect(await keeper.saveCopy({ plugin: 'a', fingerprint: 'x', files: new Map() })).toBe(false);
  });
});

describe('copies of versions', () => {
  const files = (text: string) => new Map([['/a/index.ts', text]]);

  it('are found by their fingerprint, the last one first, and that of the proven version by its plugin', async () => {
    const { keeper, memory } = await storeWith(versionLedgers.empty);
    for (const [fingerprint, text] of [
      ['x', 'one'],
      ['y', 'two'],
      ['x', 'three'],
    ] as const) {
      expect(await keeper.saveCopy({ plugin: 'a', fingerprint, files: files(text) })).toBe(true);
    }
    expect(await memory.load('a')()).toMatchObject({
      right: { value: { schema: 1, codeHash: 'x' } },
    });
    expect(await keeper.copyOf({ plugin: 'a', fingerprint: 'x' })).toEqual({
      files: files('three'),
    });
    expect(await keeper.copyOf({ plugin: 'a', fingerprint: 'y' })).toEqual({ files: files('two') });
    expect(await keeper.copyOf({ plugin: 'a', fingerprint: 'z' })).toBeUndefined();
    expect(await keeper.provenFiles('a')).toBeUndefined();

    await keeper.update((ledger) =>
      versionLedgers.confirmed(
        versionLedgers.confirmed(ledger, { plugin: 'b', fingerprint: 'x' }),
        { plugin: 'a', fingerprint: 'y' },
      ),
    );
    expect(await keeper.provenFiles('a')).toEqual({ files: files('two') });
    expect(await keeper.provenFiles('b')).toBeUndefined();
  });

  it('are not there when the history cannot be read, which is told', async () => {
    const history = () => () => Promise.resolve(left(failure));
    const { keeper, errors } = await storeWith(versionLedgers.empty, { history });
    expect(await keeper.copyOf({ plugin: 'a', fingerprint: 'x' })).toBeUndefined();
    expect(errors).toEqual([failure]);
  });
});
