import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Either, isLeft, isRight } from 'fp-ts/lib/Either.js';
import { none, some } from 'fp-ts/lib/Option.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import { fileStateStore, memoryStateStore, type StateStore } from '../../../src/state/index.js';

let root: string;
let dir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hotpipe-state-'));
  dir = join(root, 'a', 'b');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const unsaved = (state: unknown, plugin = 'counter') => ({
  plugin,
  schema: 1,
  codeHash: 'c0de',
  state,
});

function rightOf<A>(result: Either<ReloadError, A>): A {
  if (isLeft(result)) return expect.unreachable(result.left.message);
  return result.right;
}
function leftOf(result: Either<ReloadError, unknown>): ReloadError {
  if (isRight(result)) return expect.unreachable('expected a Left');
  return result.left;
}

describe.each([
  { name: 'fileStateStore', open: () => fileStateStore(dir) },
  { name: 'memoryStateStore', open: () => memoryStateStore() },
])('$name', ({ open }: { open: () => StateStore }) => {
  it('has nothing before the first save, and then the newest', async () => {
    const store = open();

    expect(await store.load('counter')()).toEqual({ _tag: 'Right', right: none });
    expect(rightOf(await store.history('counter')())).toEqual([]);
    for (const count of [1, 2]) rightOf(await store.save(unsaved({ count }))());

    expect(rightOf(await store.load('counter')())).toEqual(
      some({ ...unsaved({ count: 2 }), seq: 2 }),
    );
    expect(rightOf(await store.load('other')())).toEqual(none);
  });

  it('keeps three generations, oldest first in the history', async () => {
    const store = open();
    for (let count = 1; count <= 5; count++) {
      expect(rightOf(await store.save(unsaved({ count }))()).seq).toBe(count);
    }

    expect(rightOf(await store.history('counter')())).toEqual(
      [3, 4, 5].map((count) => ({ ...unsaved({ count }), seq: count })),
    );
  });

  it('keeps a copy: later changes of the state do not reach it', async () => {
    const store = open();
    const state = { items: [1] };
    const saving = store.save(unsaved(state))();
    state.items.push(2);
    await saving;

    expect(rightOf(await store.load('counter')())).toMatchObject({
      value: { state: { items: [1] } },
    });
  });

  it('numbers saves of one plugin in the order of the calls, also when all are called at once', async () => {
    const store = open();
    const saved = await Promise.all(
      Array.from({ length: 50 }, (_, count) => store.save(unsaved({ count }, `p${count % 2}`))()),
    );

    expect(saved.map((result) => rightOf(result).seq)).toEqual(
      Array.from({ length: 50 }, (_, i) => Math.floor(i / 2) + 1),
    );
    expect(rightOf(await store.load('p1')())).toMatchObject({
      value: { seq: 25, state: { count: 49 } },
    });
  });

  it.each([
    { what: 'undefined', state: undefined, reason: 'state is undefined' },
    {
      what: 'undefined inside',
      state: { a: [{ b: undefined }] },
      reason: 'state.a[0].b is undefined',
    },
    { what: 'a function', state: { onTick: () => 1 }, reason: 'state.onTick is a function' },
    { what: 'a bigint', state: { n: [1, 2n] }, reason: 'state.n[1] is a bigint' },
    { what: 'a symbol', state: { s: Symbol('s') }, reason: 'state.s is a symbol' },
    { what: 'NaN', state: { n: NaN }, reason: 'state.n is NaN' },
    { what: 'a Map', state: { m: new Map() }, reason: 'state.m is a Map' },
    { what: 'a Date', state: { at: new Date(0) }, reason: 'state.at is a Date' },
    { what: 'a hole', state: { list: [1, , 3] }, reason: 'state.list[1] is undefined' },
    {
      what: 'a prototype key',
      state: { in: JSON.parse('{"__proto__": 1}') },
      reason: 'state.in.__proto__ is a key that is refused',
    },
    {
      what: 'a constructor key',
      state: { constructor: 1 },
      reason: 'state.constructor is a key that is refused',
    },
    {
      what: 'depth 33',
      state: JSON.parse('['.repeat(33) + ']'.repeat(33)),
      reason: 'is nested deeper than 32 levels',
    },
    {
      what: 'a throwing getter',
      state: {
        get a(): number {
          throw new Error('boom');
        },
      },
      reason: 'state cannot be read: boom',
    },
    {
      what: '17 MiB',
      state: 'x'.repeat(17 * 1024 * 1024),
      reason: 'state is 17825794 bytes, more than the 16777216',
    },
  ])('refuses $what, says where, and keeps what was saved', async ({ state, reason }) => {
    const store = open();
    rightOf(await store.save(unsaved(1))());
    const error = leftOf(await store.save(unsaved(state))());

    expect(error).toMatchObject({ _tag: 'StateRejected', plugin: 'counter' });
    expect(error.message).toContain(reason);
    expect(rightOf(await store.load('counter')())).toMatchObject({ value: { seq: 1, state: 1 } });
  });

  it('names the place where a state refers back to itself, and refuses one whose shared parts are too many', async () => {
    const store = open();
    const ring: Record<string, unknown> = { items: [] };
    ring['items'] = [ring];
    let shared: unknown = 0;
    for (let i = 0; i < 30; i++) shared = [shared, shared];

    expect(leftOf(await store.save(unsaved(ring))()).message).toContain(
      'state.items[0] refers back',
    );
    expect(leftOf(await store.save(unsaved(shared))()).message).toContain('one value more than');
  });

  it.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    'a\0b',
    '.hidden',
    'a..b',
    'con',
    'CON.x',
    'x'.repeat(65),
    '__proto__',
    '-x',
  ])('refuses the plugin name %j', async (plugin) => {
    const store = open();
    const results = [
      await store.save(unsaved(1, plugin))(),
      await store.load(plugin)(),
      await store.history(plugin)(),
      await store.remove(plugin)(),
    ];

    for (const result of results)
      expect(leftOf(result)).toMatchObject({ _tag: 'Io', code: 'EINVAL' });
    expect(readdirSync(root)).toEqual([]);
  });

  it('forgets removed records, and gives no number twice', async () => {
    const store = open();
    rightOf(await store.save(unsaved(1))());
    rightOf(await store.save(unsaved(2, 'other'))());
    rightOf(await store.remove('counter')());
    rightOf(await store.remove('counter')());

    expect(rightOf(await store.load('counter')())).toEqual(none);
    expect(rightOf(await store.load('other')())).toMatchObject({ value: { state: 2 } });
    expect(rightOf(await store.save(unsaved(3))()).seq).toBe(2);
  });

  it('finishes the calls under way when it is closed, and refuses later ones', async () => {
    const store = open();
    const saving = Promise.all([1, 2, 3].map((n) => store.save(unsaved(n))()));
    await store.close();
    await store.close();

    expect((await saving).map((result) => rightOf(result).seq)).toEqual([1, 2, 3]);
    expect(leftOf(await store.save(unsaved(4))())).toMatchObject({ _tag: 'Io', code: 'ECLOSED' });
    expect(leftOf(await store.load('counter')())).toMatchObject({ _tag: 'Io', code: 'ECLOSED' });
  });
});

describe('fileStateStore, on disk', () => {
  const save = async (state: unknown, store = fileStateStore(dir)) =>
    rightOf(await store.save(unsaved(state))());
  const record = (seq: number) => join(dir, `counter.${seq}.state`);

  it('finds what another store saved, and continues its numbers', async () => {
    await save({ a: 'ä\u2028😀' });

    expect(rightOf(await fileStateStore(dir).load('counter')())).toEqual(
      some({ ...unsaved({ a: 'ä\u2028😀' }), seq: 1 }),
    );
    expect((await save(2)).seq).toBe(2);
  });

  it('continues from records that another store wrote in between', async () => {
    const [one, two] = [fileStateStore(dir), fileStateStore(dir)];
    await save(1, one);
    for (const n of [2, 3, 4, 5]) await save(n, two);

    expect((await save(6, one)).seq).toBe(6);
    expect(rightOf(await two.load('counter')())).toMatchObject({ value: { state: 6 } });
  });

  it('makes its directory on the first save; directory and files are for their owner only', async () => {
    const store = fileStateStore(dir);
    await store.load('counter')();
    expect(existsSync(join(root, 'a'))).toBe(false);
    await save(1, store);

    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o700);
    expect(statSync(record(1)).mode & 0o777).toBe(0o600);
  });

  it('makes its directory again when somebody removed it', async () => {
    const store = fileStateStore(dir);
    await save(1, store);
    rmSync(join(root, 'a'), { recursive: true });

    expect((await save(2, store)).seq).toBe(2);
  });

  it('reads ~ as the home directory', async () => {
    const home = join(root, 'home');
    mkdirSync(home);
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      expect(homedir()).toBe(home);
      await save(1, fileStateStore('~/.hotpipe/state'));
    } finally {
      process.env['HOME'] = before;
    }

    expect(readdirSync(join(home, '.hotpipe', 'state'))).toEqual(['counter.1.state']);
  });

  it('sets a damaged record aside byte for byte, reports it, and uses the next older one', async () => {
    for (const n of [1, 2, 3]) await save({ n });
    const bytes = readFileSync(record(3));
    bytes[bytes.length - 2]! ^= 1;
    writeFileSync(record(3), bytes);
    const reports: unknown[] = [];
    const store = fileStateStore(dir, { onCorrupt: (info) => reports.push(info) });

    expect(rightOf(await store.load('counter')())).toMatchObject({
      value: { seq: 2, state: { n: 2 } },
    });
    expect(reports).toEqual([
      { path: `${record(3)}.corrupt`, reason: 'does not have the hash that its header says' },
    ]);
    expect(readFileSync(`${record(3)}.corrupt`).equals(bytes)).toBe(true);
    expect((await save({ n: 4 }, store)).seq).toBe(4);
  });

  it('fails when no record is valid, also the next time, until something is saved or removed', async () => {
    for (const n of [1, 2]) await save(n);
    for (const n of [1, 2]) writeFileSync(record(n), 'rubbish');
    const store = fileStateStore(dir);

    for (let i = 0; i < 2; i++) {
      expect(leftOf(await store.load('counter')())).toMatchObject({
        _tag: 'StateCorrupt',
        plugin: 'counter',
        path: `${record(2)}.corrupt`,
      });
    }
    expect((await save(3, store)).seq).toBe(3);
    expect(rightOf(await store.load('counter')())).toMatchObject({ value: { seq: 3 } });
    rightOf(await store.remove('counter')());
    expect(rightOf(await store.load('counter')())).toEqual(none);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('does not take a record under another name for its own', async () => {
    await save(1);
    writeFileSync(join(dir, 'other.1.state'), readFileSync(record(1)));
    writeFileSync(record(9), readFileSync(record(1)));

    expect(leftOf(await fileStateStore(dir).load('other')())).toMatchObject({
      _tag: 'StateCorrupt',
    });
    expect(rightOf(await fileStateStore(dir).load('counter')())).toMatchObject({
      value: { seq: 1 },
    });
  });

  it('does not mix plugins whose names start alike', async () => {
    const store = fileStateStore(dir);
    for (const plugin of ['a', 'a.1', 'a.1.state', 'a-1']) {
      rightOf(await store.save(unsaved(plugin, plugin))());
    }

    for (const plugin of ['a', 'a.1', 'a.1.state', 'a-1']) {
      expect(rightOf(await store.load(plugin)())).toMatchObject({
        value: { seq: 1, state: plugin },
      });
    }
  });

  it('follows no link and opens no pipe or directory in place of a record', async () => {
    await save(1);
    writeFileSync(join(root, 'secret'), readFileSync(record(1)));
    symlinkSync(join(root, 'secret'), record(7));
    mkdirSync(record(8));
    const store = fileStateStore(dir);

    expect(rightOf(await store.load('counter')())).toMatchObject({ value: { seq: 1 } });
    expect(existsSync(join(root, 'secret'))).toBe(true);
    expect((await save(2, store)).seq).toBe(9);
  });

  it('removes the temporary files of a writer that ended, and no file of a living one or of anybody else', async () => {
    await save(1);
    const adapter = join(import.meta.dirname, '../../../dist/state/adapters/thisProcess.js');
    const program = `
      import { thisProcess } from ${JSON.stringify(adapter)};
      console.log(thisProcess.token);
      process.stdin.resume();`;
    const writer = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const token = String((await once(writer.stdout, 'data'))[0]).trim();
      const gone = 'counter.2.999999999-0123456789ab.tmp';
      const earlier = `counter.2.${process.pid}-0123456789ab.tmp`;
      const alive = `counter.2.${writer.pid}-${token}.tmp`;
      const foreign = ['notes.tmp', 'counter.2.tmp', 'x.state'];
      for (const name of [gone, earlier, alive, ...foreign]) writeFileSync(join(dir, name), 'x');
      await fileStateStore(dir).load('counter')();

      expect(readdirSync(dir).sort()).toEqual(['counter.1.state', alive, ...foreign].sort());
    } finally {
      writer.kill('SIGKILL');
    }
  });

  it.skipIf(process.platform !== 'linux')(
    'removes what a writer left whose number another process was given since',
    async () => {
      await save(1);
      writeFileSync(join(dir, `counter.2.${process.ppid}-0123456789ab.tmp`), 'x');
      await fileStateStore(dir).load('counter')();

      expect(readdirSync(dir)).toEqual(['counter.1.state']);
    },
  );

  it('keeps the newest record of a newer schema while an older version of the plugin saves', async () => {
    const store = fileStateStore(dir);
    const saveAs = async (schema: number, n: number) =>
      rightOf(await store.save({ ...unsaved({ n }), schema })());
    for (const n of [1, 2]) await saveAs(2, n);
    for (const n of [3, 4, 5, 6]) await saveAs(1, n);
    await store.close();
    const later = fileStateStore(dir);

    expect(rightOf(await later.history('counter')())).toMatchObject(
      [2, 4, 5, 6].map((n) => ({ seq: n, state: { n } })),
    );
    for (const n of [7, 8]) rightOf(await later.save({ ...unsaved({ n }), schema: 1 })());
    await later.close();
    expect(readdirSync(dir)).toEqual([2, 6, 7, 8].map((n) => `counter.${n}.state`));
  });

  it('keeps `generations` records, and refuses a state above `maxBytes`', async () => {
    const store = fileStateStore(dir, { generations: 1, maxBytes: 10 });
    for (const n of [1, 2]) await save(n, store);

    expect(leftOf(await store.save(unsaved('x'.repeat(9)))()).message).toContain(
      '11 bytes, more than the 10',
    );
    await store.close();
    expect(readdirSync(dir)).toEqual(['counter.2.state']);
  });

  it('leaves a record above its limit unchanged, and fails rather than load an older state', async () => {
    const wide = fileStateStore(dir, { maxBytes: 10_000 });
    await save(1, wide);
    await save('x'.repeat(9_000), wide);
    const narrow = fileStateStore(dir, { maxBytes: 100 });

    expect(leftOf(await narrow.load('counter')())).toMatchObject({
      _tag: 'Io',
      code: 'EFBIG',
      path: record(2),
    });
    expect(rightOf(await wide.load('counter')())).toMatchObject({ value: { seq: 2 } });
  });

  it('throws at once for options that cannot work', () => {
    expect(() => fileStateStore('')).toThrow('dir is empty');
    expect(() => fileStateStore(dir, { generations: 0 })).toThrow(
      'generations (0) is not a whole number from 1',
    );
    expect(() => fileStateStore(dir, { maxBytes: 1.5 })).toThrow('maxBytes (1.5)');
  });

  it('returns a Left for a directory that cannot be used', async () => {
    writeFileSync(join(root, 'a'), 'a file');
    const store = fileStateStore(dir);

    expect(leftOf(await store.save(unsaved(1))())).toMatchObject({
      _tag: 'StateSaveFailed',
      message: expect.stringContaining('a part of the path is not a directory (ENOTDIR)'),
    });
    expect(leftOf(await store.load('counter')())).toMatchObject({ _tag: 'Io', code: 'ENOTDIR' });
  });

  it.skipIf(process.getuid?.() === 0)(
    'answers a directory without access with a Left',
    async () => {
      await save(1);
      chmodSync(dir, 0o500);
      expect(leftOf(await fileStateStore(dir).save(unsaved(2))())).toMatchObject({
        _tag: 'StateSaveFailed',
      });
      chmodSync(dir, 0o700);
    },
  );
});
