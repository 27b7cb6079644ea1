import { type Either, isLeft, isRight } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import type { StateStore } from '../../../src/model/reload/StateStore.js';
import { recordFormat } from '../../../src/state/records/recordFormat.js';
import { createFileStore } from '../../../src/state/writer/createFileStore.js';
import { SharedDirectory, type StateLock } from '../../../src/state/writer/SharedDirectory.js';
import { errno, Killed, ModelDisk } from './ModelDisk.js';

let starts = 0;

/** A host starts on the disk: a new store of a new process. */
function start(disk: ModelDisk, generations = 3, lock?: StateLock) {
  const corrupt: string[] = [];
  const store = createFileStore({
    files: disk,
    writer: { pid: 7, token: (++starts).toString(16).padStart(12, '0'), isAlive: () => false },
    dir: '/home/state',
    shared: () => new SharedDirectory('/home/state'),
    generations,
    maxBytes: 1_000,
    onCorrupt: ({ path }) => corrupt.push(path),
    lock,
  });
  return { store, corrupt };
}

const save = (store: StateStore, n: number) =>
  store.save({ plugin: 'counter', schema: 1, codeHash: 'c0de', state: { n } })();

async function loaded(store: StateStore): Promise<unknown> {
  const result = await store.load('counter')();
  if (isLeft(result)) return result.left;
  return isSome(result.right) ? result.right.value.state : undefined;
}

function toRight<A>(result: Either<unknown, A>): A {
  if (isRight(result)) return result.right;
  throw new Error('a load failed', { cause: result.left });
}

/** A store that saved 1 and 2, each acknowledged. */
async function prepared(): Promise<ModelDisk> {
  const disk = new ModelDisk();
  disk.makeDirectory('/home');
  await disk.syncDirectory('/');
  const { store } = start(disk);
  for (const n of [1, 2]) expect(isRight(await save(store, n))).toBe(true);
  await store.close();
  disk.calls.length = 0;
  return disk;
}

/** The calls of one save on a prepared disk, the removal of old records included. */
async function callsOfSave(): Promise<readonly string[]> {
  const disk = await prepared();
  const { store } = start(disk, 1);
  await save(store, 3);
  await store.close();
  return [...disk.calls];
}
const calls = await callsOfSave();
const eachCall = calls.map((call, at) => ({ call, at }));

/** A pseudo-random generator that gives unlike numbers for neighbouring seeds. */
function random(seed: number): (count: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return (count) => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x9e3779b9;
    return Math.floor((((state ^ (state >>> 13)) >>> 0) / 2 ** 32) * count);
  };
}

describe('a save, call by call', () => {
  it('flushes the file, names it, flushes the directory, and only then drops what is old', () => {
    const protocol = calls.filter((call) => call !== 'list' && call !== 'read');
    expect(protocol).toEqual([
      'create',
      'write',
      'sync',
      'close',
      'link',
      'remove',
      'syncDirectory',
      'remove',
      'remove',
    ]);
  });

  it.each(eachCall)(
    'killed before call $at ($call): the old state or the new one, whole, and no leftovers',
    async ({ at }) => {
      const disk = await prepared();
      const { store } = start(disk, 1);
      disk.beforeCall = (_, index) => {
        if (index >= at) throw new Killed();
      };
      let isAcknowledged = false;
      await save(store, 3).then((result) => (isAcknowledged = isRight(result)));

      const next = start(disk.afterKill());
      expect([{ n: 3 }, ...(isAcknowledged ? [] : [{ n: 2 }])]).toContainEqual(
        await loaded(next.store),
      );
      expect(next.corrupt).toEqual([]);
      const after = disk.afterKill();
      await loaded(start(after).store);
      expect([...after.files.keys()].filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it.each(eachCall)(
    'power lost before call $at ($call): never older than acknowledged, never mixed',
    async ({ at }) => {
      const outcomes = new Set<unknown>();
      for (let seed = 0; seed < 100; seed++) {
        const disk = await prepared();
        const { store } = start(disk, 1);
        disk.beforeCall = (_, index) => {
          if (index >= at) throw new Killed();
        };
        const isAcknowledged = isRight(await save(store, 3));

        const next = start(disk.afterPowerLoss({ pick: random(seed) }));
        const state = await loaded(next.store);
        outcomes.add(JSON.stringify(state));
        expect([{ n: 3 }, ...(isAcknowledged ? [] : [{ n: 2 }])]).toContainEqual(state);
      }
      const named = calls.indexOf('link');
      const flushed = calls.indexOf('syncDirectory');
      if (at > named && at <= flushed) expect(outcomes.size).toBe(2);
    },
  );

  it.each(eachCall.filter(({ at }) => at <= calls.indexOf('syncDirectory')))(
    'call $at ($call) fails: Left, the old state stays, nothing is left over, and the next save works',
    async ({ at, call }) => {
      for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
        const disk = await prepared();
        const { store } = start(disk);
        disk.beforeCall = (_, index) => {
          if (index === at) throw errno(code);
        };
        const failed = await save(store, 3);

        // A save does not fail because old temporary files cannot be listed, or because one more stays.
        if ((call === 'list' || call === 'remove') && isRight(failed)) {
          expect(await loaded(start(disk.afterPowerLoss({ pick: () => 0 })).store)).toEqual({
            n: 3,
          });
          continue;
        }
        expect(failed).toMatchObject({
          _tag: 'Left',
          left: {
            _tag: 'StateSaveFailed',
            plugin: 'counter',
            reason: expect.stringContaining(code),
          },
        });
        expect(await loaded(store)).toEqual({ n: 2 });
        expect([...disk.files.keys()]).toEqual([
          '/home/state/counter.1.state',
          '/home/state/counter.2.state',
        ]);
        expect(await save(store, 4)).toMatchObject({ _tag: 'Right' });
        expect(await loaded(start(disk.afterPowerLoss({ pick: () => 0 })).store)).toEqual({ n: 4 });
      }
    },
  );

  it.each(['EPERM', 'ENOTSUP', 'EISDIR'])(
    'renames when the disk has no hard links (%s)',
    async (code) => {
      const disk = await prepared();
      disk.link = () => {
        throw errno(code);
      };
      const { store } = start(disk);

      expect(await save(store, 3)).toMatchObject({ right: { seq: 3 } });
      const after = disk.afterPowerLoss({ pick: () => 0 });
      expect(await loaded(start(after).store)).toEqual({ n: 3 });
      expect([...after.files.keys()].filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('flushes a file once: after a failed flush it writes a new file', async () => {
    const disk = await prepared();
    const { store } = start(disk);
    const synced: number[] = [];
    const sync = disk.sync.bind(disk);
    disk.sync = (file) => {
      synced.push(file);
      return synced.length === 1 ? Promise.reject(errno('EIO')) : sync(file);
    };
    await save(store, 3);
    await save(store, 4);

    expect(new Set(synced).size).toBe(2);
    expect(await loaded(start(disk.afterPowerLoss({ pick: () => 0 })).store)).toEqual({ n: 4 });
  });

  it('continues after short writes, and gives up on a disk that writes nothing', async () => {
    const disk = await prepared();
    disk.maxWriteBytes = 7;
    const { store } = start(disk);
    expect(await save(store, 3)).toMatchObject({ _tag: 'Right' });
    expect(await loaded(start(disk.afterKill()).store)).toEqual({ n: 3 });

    disk.maxWriteBytes = 0;
    expect(await save(store, 4)).toMatchObject({
      left: { reason: expect.stringMatching(/wrote 0 of \d+ bytes, then no more/) },
    });
    expect(await loaded(store)).toEqual({ n: 3 });
  });

  it('flushes each directory that it makes into its parent', async () => {
    const disk = new ModelDisk();
    const { store } = start(disk);
    await save(store, 1);

    expect(await loaded(start(disk.afterPowerLoss({ pick: () => 0 })).store)).toEqual({ n: 1 });
  });

  it('loses no acknowledged save with a directory whose flush failed in the save before, whichever call it was', async () => {
    for (let failing = 0; failing < 12; failing += 1) {
      const disk = new ModelDisk();
      const { store } = start(disk);
      disk.beforeCall = (_, index) => {
        if (index === failing) throw errno('EIO');
      };
      const first = await save(store, 1);
      const second = await save(store, 2);
      const kept = await loaded(start(disk.afterPowerLoss({ pick: () => 0 })).store);
      if (isRight(second)) expect(kept, `call ${failing}`).toEqual({ n: 2 });
      else if (isRight(first)) expect(kept, `call ${failing}`).toEqual({ n: 1 });
    }
  });

  it('loses no acknowledged save with a directory that a killed process has made, whichever call was its last', async () => {
    for (let last = 0; last < 12; last += 1) {
      const first = new ModelDisk();
      const { store } = start(first);
      first.beforeCall = (_, index) => {
        if (index >= last) throw new Killed();
      };
      await save(store, 1).catch(() => undefined);

      const second = first.afterKill();
      expect(isRight(await save(start(second).store, 2)), `call ${last}`).toBe(true);
      const kept = await loaded(start(second.afterPowerLoss({ pick: () => 0 })).store);
      expect(kept, `call ${last}`).toEqual({ n: 2 });
    }
  });

  it('saves in a directory whose parent may not be read, when it is there already', async () => {
    const disk = new ModelDisk();
    for (const dir of ['/home', '/home/state']) disk.makeDirectory(dir);
    disk.denied = new Set(['/home']);
    const { store } = start(disk);

    expect(isRight(await save(store, 1))).toBe(true);
    expect(await loaded(store)).toEqual({ n: 1 });
  });

  it('acknowledges no save in a directory that it has made in one that it may not read', async () => {
    const disk = new ModelDisk();
    disk.makeDirectory('/home');
    disk.denied = new Set(['/home']);
    const { store } = start(disk);

    expect([isRight(await save(store, 1)), isRight(await save(store, 2))]).toEqual([false, false]);
    disk.denied = new Set();
    expect(isRight(await save(store, 3))).toBe(true);
    expect(await loaded(start(disk.afterPowerLoss({ pick: () => 0 })).store)).toEqual({ n: 3 });
  });

  it('acknowledges no save in a directory whose flush is still under way for another plugin', async () => {
    const disk = new ModelDisk();
    const { store } = start(disk);
    let failCount = 1;
    disk.beforeCall = (name) => {
      if (name === 'syncDirectory' && failCount-- > 0) throw errno('EIO');
    };
    const other = store.save({ plugin: 'other', schema: 1, codeHash: '', state: {} })();
    const [failed, saved] = await Promise.all([other, save(store, 1)]);
    expect([isLeft(failed), isRight(saved)]).toEqual([true, true]);

    expect(await loaded(start(disk.afterPowerLoss({ pick: () => 0 })).store)).toEqual({ n: 1 });
  });

  it('flushes the names of plugins that are saved at the same time together, and acknowledges none before', async () => {
    const disk = await prepared();
    const { store } = start(disk);
    const plugins = Array.from({ length: 100 }, (_, n) => `p${n}`);
    await save(store, 3);
    disk.calls.length = 0;
    const saves = plugins.map(async (plugin) => {
      const saved = await store.save({ plugin, schema: 1, codeHash: '', state: { plugin } })();
      // What a loss of power leaves, in the moment of the answer.
      const left = start(disk.afterPowerLoss({ pick: () => 0 })).store;
      return isRight(saved) && isSome(toRight(await left.load(plugin)()));
    });
    expect(new Set(await Promise.all(saves))).toEqual(new Set([true]));
    // The first one, and then all others.
    expect(disk.calls.filter((call) => call === 'syncDirectory')).toHaveLength(2);
  });

  it('finds none of the records whose common flush failed', async () => {
    const disk = await prepared();
    const { store } = start(disk);
    await save(store, 3);
    let failCount = 1;
    disk.beforeCall = (name) => {
      if (name === 'syncDirectory' && failCount-- > 0) throw errno('EIO');
    };
    const plugins = ['a', 'b', 'c', 'd'];
    const saved = await Promise.all(
      plugins.map((plugin) => store.save({ plugin, schema: 1, codeHash: '', state: {} })()),
    );
    expect(saved.map(isLeft)).toEqual([true, true, true, true]);
    expect([...disk.files.keys()].filter((path) => !path.includes('counter'))).toEqual([]);
    expect(isRight(await save(store, 4))).toBe(true);
  });

  it('returns a Left for a read that fails, and renames nothing', async () => {
    const disk = await prepared();
    const { store, corrupt } = start(disk);
    disk.beforeCall = (name) => {
      if (name === 'read') throw errno('EIO');
    };

    expect(await loaded(store)).toMatchObject({ _tag: 'Io', code: 'EIO', path: '/home/state' });
    expect(corrupt).toEqual([]);
    expect(disk.files.size).toBe(2);
  });

  it('skips a damaged record on a disk that cannot rename it', async () => {
    const disk = await prepared();
    const file = disk.create('/home/state/counter.3.state');
    disk.write(file, Buffer.from('rubbish'), 0);
    const { store, corrupt } = start(disk);
    disk.beforeCall = (name) => {
      if (name === 'rename') throw errno('EROFS');
    };

    expect(await loaded(store)).toEqual({ n: 2 });
    expect(corrupt).toEqual(['/home/state/counter.3.state']);
  });

  it('loads although the listener throws', async () => {
    const disk = await prepared();
    const file = disk.create('/home/state/counter.3.state');
    disk.write(file, Buffer.from('rubbish'), 0);
    const { store } = start(disk);
    const loud = createFileStore({
      files: disk,
      writer: { pid: 7, token: '0'.repeat(12), isAlive: () => false },
      dir: '/home/state',
      shared: () => new SharedDirectory('/home/state'),
      generations: 3,
      maxBytes: 1_000,
      onCorrupt: () => {
        throw new Error('boom');
      },
    });

    expect(await loaded(loud)).toEqual({ n: 2 });
    expect(await loaded(store)).toEqual({ n: 2 });
  });
});

/** Two machines that share a disk: each gets a lock of its own. */
const lockOfItsOwn: StateLock = { acquire: () => Promise.resolve(() => Promise.resolve()) };

describe('records that are dropped while they are read', () => {
  const put = (disk: ModelDisk, seq: number) => {
    const label = { plugin: 'counter', schema: 1, codeHash: 'c0de', seq, fence: 0 };
    const bytes = recordFormat.encode(label, Buffer.from(JSON.stringify({ n: seq })));
    disk.write(disk.create(`/home/state/counter.${seq}.state`), bytes, 0);
  };
  /** Right before each read, a host that keeps one generation saves the next record. */
  const overtaking = async (times: number) => {
    const disk = await prepared();
    disk.remove('/home/state/counter.1.state');
    let newest = 2;
    disk.beforeCall = (name) => {
      if (name !== 'read' || newest === times + 2) return;
      put(disk, ++newest);
      disk.remove(`/home/state/counter.${newest - 1}.state`);
    };
    return disk;
  };

  it.each([1, 3])('make the load list again and find the newest (%j)', async (times) => {
    const newest = { seq: 2 + times, state: { n: 2 + times } };

    const { store } = start(await overtaking(times));
    expect(await store.load('counter')()).toMatchObject({ right: { value: newest } });
    const other = start(await overtaking(times));
    expect(await other.store.history('counter')()).toMatchObject({ right: [newest] });
  });

  it('are never replaced by an older one that is still there', async () => {
    const disk = await prepared();
    disk.beforeCall = (name) => {
      if (name !== 'read') return;
      disk.beforeCall = () => {};
      put(disk, 3);
      disk.remove('/home/state/counter.2.state');
    };

    expect(await loaded(start(disk).store)).toEqual({ n: 3 });
  });

  it('are left out of the history when newer ones are there', async () => {
    const disk = await prepared();
    disk.beforeCall = (name) => {
      if (name !== 'read') return;
      disk.beforeCall = () => {};
      disk.remove('/home/state/counter.1.state');
    };

    expect(await start(disk).store.history('counter')()).toMatchObject({ right: [{ seq: 2 }] });
  });

  it('make a load return None when all of them were removed', async () => {
    const disk = await prepared();
    disk.beforeCall = (name) => {
      if (name !== 'read') return;
      disk.beforeCall = () => {};
      for (const seq of [1, 2]) disk.remove(`/home/state/counter.${seq}.state`);
    };

    expect(await loaded(start(disk).store)).toBeUndefined();
  });

  it('end the load when every listing is outdated', async () => {
    const { store } = start(await overtaking(Infinity));

    expect(await store.load('counter')()).toMatchObject({ left: { _tag: 'Io', code: 'EBUSY' } });
  });

  it('count as removed for `remove`', async () => {
    const disk = await prepared();
    disk.beforeCall = (name) => {
      if (name !== 'remove') return;
      disk.beforeCall = () => {};
      disk.remove('/home/state/counter.1.state');
    };

    expect(await start(disk).store.remove('counter')()).toMatchObject({ _tag: 'Right' });
    expect(disk.files.size).toBe(0);
  });
});

describe('two hosts on one disk', () => {
  it('that take turns without a lock never use a number twice, and lose nothing that was acknowledged', async () => {
    const disk = await prepared();
    const hosts = [start(disk), start(disk)];
    const saved = await Promise.all(
      Array.from({ length: 20 }, (_, n) => save(hosts[n % 2]!.store, 10 + n)),
    );
    const seqs = saved.map((result) => (isRight(result) ? result.right.seq : expect.unreachable()));

    expect(new Set(seqs).size).toBe(20);
    const newest = saved.find(
      (result) => isRight(result) && result.right.seq === Math.max(...seqs),
    );
    expect(newest).toMatchObject({ right: { state: (await loaded(start(disk).store)) as object } });
  });

  it("one of which was stopped right before it publishes: the other's record stays", async () => {
    const disk = await prepared();
    const [early, late] = [start(disk), start(disk)];
    let isStopped = false;
    const sync = disk.sync.bind(disk);
    disk.sync = async (file) => {
      if (!isStopped) {
        isStopped = true;
        for (const n of [30, 31])
          expect(await save(late.store, n)).toMatchObject({ _tag: 'Right' });
      }
      await sync(file);
    };

    expect(await save(early.store, 20)).toMatchObject({ _tag: 'Right', right: { seq: 5 } });
    for (const { store } of [early, late]) await store.close();
    const history = await start(disk).store.history('counter')();
    expect(history).toMatchObject({
      right: [{ state: { n: 30 } }, { state: { n: 31 } }, { state: { n: 20 } }],
    });
  });

  it.each([undefined, lockOfItsOwn])(
    "one of which takes a number between the other's last listing and its link: neither record is lost",
    async (lock) => {
      const disk = await prepared();
      const { store } = start(disk, 3, lock);
      const label = { plugin: 'counter', schema: 1, codeHash: 'c0de', fence: 0 };
      disk.beforeCall = (name) => {
        if (name !== 'rename' && name !== 'link') return;
        disk.beforeCall = () => {};
        const theirs = recordFormat.encode({ ...label, seq: 3 }, Buffer.from('{"n":30}'));
        disk.write(disk.create('/home/state/counter.3.state'), theirs, 0);
      };

      expect(await save(store, 20)).toMatchObject({ right: { seq: 4 } });
      await store.close();
      expect(await start(disk).store.history('counter')()).toMatchObject({
        right: [{ seq: 2, state: { n: 2 } }, { state: { n: 30 } }, { state: { n: 20 } }],
      });
      expect([...disk.files.keys()].filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('with fencing tokens: when the later one has saved, the earlier one is refused, and knows why', async () => {
    const disk = await prepared();
    const early = start(disk, 3, lockOfItsOwn);
    const late = start(disk, 3, lockOfItsOwn);
    expect(await save(early.store, 10)).toMatchObject({ _tag: 'Right' });
    expect(await save(late.store, 20)).toMatchObject({ _tag: 'Right' });

    for (let i = 0; i < 2; i++) {
      expect(await save(early.store, 11)).toMatchObject({
        left: { _tag: 'StateSaveFailed', reason: 'another host has taken over this directory' },
      });
    }
    expect(await save(late.store, 21)).toMatchObject({ _tag: 'Right' });
    expect(await loaded(early.store)).toEqual({ n: 21 });
  });

  it('with a lock: the second is refused until the first closes, and two stores of one host share it', async () => {
    const disk = await prepared();
    let owner: string | undefined;
    const lockFor = (host: string): StateLock => ({
      acquire: async () => {
        if (owner !== undefined) return undefined;
        owner = host;
        return async () => void (owner = undefined);
      },
    });
    const first = start(disk, 3, lockFor('a'));
    const second = start(disk, 3, lockFor('b'));

    expect(await save(first.store, 3)).toMatchObject({ _tag: 'Right' });
    expect(await save(second.store, 4)).toMatchObject({
      left: { _tag: 'StateSaveFailed', reason: 'another host saves to this directory' },
    });
    expect(await loaded(second.store)).toEqual({ n: 3 });
    await first.store.close();
    expect(await save(second.store, 5)).toMatchObject({ _tag: 'Right' });
    expect(owner).toBe('b');
  });
});
