import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { StateStore } from '../../../src/model/reload/StateStore.js';
import { createFileStore } from '../../../src/state/writer/createFileStore.js';
import { SharedDirectory } from '../../../src/state/writer/SharedDirectory.js';
import { ModelDisk } from './ModelDisk.js';

const newest = '/home/state/counter.2.state';
const wide = 'x'.repeat(9_000);

/** A host starts on the disk, with a limit of its own. */
function start(disk: ModelDisk, maxBytes: number, lock?: 'exclusive') {
  const reasons: string[] = [];
  const store = createFileStore({
    files: disk,
    writer: { pid: 7, token: String(maxBytes).padStart(12, '0'), isAlive: () => false },
    dir: '/home/state',
    shared: () => new SharedDirectory('/home/state'),
    generations: 1,
    maxBytes,
    onCorrupt: ({ reason }) => reasons.push(reason),
    lock: lock && { acquire: () => Promise.resolve(() => Promise.resolve()) },
  });
  return { store, reasons };
}

const save = async (store: StateStore, state: unknown, schema = 1) => {
  const saved = await store.save({ plugin: 'counter', schema, codeHash: 'c0de', state })();
  return isLeft(saved) ? expect.unreachable(saved.left.message) : saved.right;
};

/** A host with a high limit has saved 1, and then a state that is too large for the next host. */
async function prepared(schema = 1, lock?: 'exclusive'): Promise<ModelDisk> {
  const disk = new ModelDisk();
  const { store } = start(disk, 10_000, lock);
  await save(store, 1, schema);
  await save(store, wide, schema);
  await store.close();
  return disk;
}

describe("a record that is larger than the store's limit", () => {
  it('fails load and history with its path and the limit: no older state instead, nothing renamed', async () => {
    const disk = await prepared();
    const before = [...disk.files.keys()];
    const { store, reasons } = start(disk, 1_000);

    for (const answer of [await store.load('counter')(), await store.history('counter')()]) {
      expect(answer).toMatchObject({
        left: {
          _tag: 'Io',
          plugin: 'counter',
          code: 'EFBIG',
          path: newest,
          message: expect.stringMatching(/counter\.2\.state.* 9002 bytes.* maxBytes \(1000\)/),
        },
      });
    }
    expect(reasons).toEqual([]);
    expect([...disk.files.keys()]).toEqual(before);
    expect(await start(disk, 10_000).store.load('counter')()).toMatchObject({
      right: { value: { seq: 2, state: wide } },
    });
  });

  it('counts as damaged when its header has another size, or when there is no header', async () => {
    for (const damage of [
      (bytes: Buffer) => bytes.subarray(0, -1),
      () => Buffer.alloc(20_000, 'rubbish'),
    ]) {
      const disk = await prepared();
      const bytes = damage(Buffer.from(disk.files.get(newest) ?? []));
      disk.remove(newest);
      disk.write(disk.create(newest), bytes, 0);
      const { store, reasons } = start(disk, 1_000);

      expect(await store.load('counter')()).toMatchObject({ left: { _tag: 'StateCorrupt' } });
      expect(reasons).toEqual([`is ${bytes.length} bytes, but has no header that says so`]);
      expect(Buffer.from(disk.files.get(`${newest}.corrupt`) ?? []).equals(bytes)).toBe(true);
    }
  });

  it('keeps its fencing token: the next writer has a higher one, and the earlier writer is refused', async () => {
    const disk = new ModelDisk();
    const early = start(disk, 10_000, 'exclusive');
    await save(early.store, wide);
    const late = start(disk, 1_000, 'exclusive');
    await save(late.store, 2);

    expect(
      await early.store.save({ plugin: 'counter', schema: 1, codeHash: '', state: 3 })(),
    ).toMatchObject({ left: { reason: 'another host has taken over this directory' } });
  });

  it('stays while an older version of the plugin saves under a smaller limit', async () => {
    const disk = await prepared(2);
    const { store } = start(disk, 1_000);
    for (const n of [3, 4, 5]) await save(store, n, 1);
    await store.close();

    expect([...disk.files.keys()]).toEqual([newest, '/home/state/counter.5.state']);
  });
});
