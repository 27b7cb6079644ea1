import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeStateFiles } from '../../../src/state/adapters/nodeStateFiles.js';
import { socketLock } from '../../../src/state/adapters/socketLock.js';
import { thisProcess } from '../../../src/state/adapters/thisProcess.js';
import { fileStateStore, type StateStore } from '../../../src/state/index.js';
import { recordFormat } from '../../../src/state/records/recordFormat.js';
import { createFileStore } from '../../../src/state/writer/createFileStore.js';
import { SharedDirectory } from '../../../src/state/writer/SharedDirectory.js';

let root: string;
let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hotpipe-lock-'));
  dir = join(root, 'state');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const save = (store: StateStore) =>
  store.save({ plugin: 'counter', schema: 1, codeHash: 'c0de', state: 1 })();

/** Another host, which saves once with the lock and then does what `then` says. */
async function otherHost(then: 'waits' | 'ends by itself', at = dir) {
  const store = join(import.meta.dirname, '../../../lib/state/index.js');
  const program = `
    import { fileStateStore } from ${JSON.stringify(store)};
    const store = fileStateStore(${JSON.stringify(at)});
    const { _tag } = await store.save({ plugin: 'counter', schema: 1, codeHash: 'c0de', state: 0 })();
    console.log(_tag);
    ${then === 'waits' ? 'process.stdin.resume();' : ''}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const exit = once(child, 'exit');
  await expect.poll(() => output, { timeout: 20_000, interval: 10 }).not.toBe('');
  return { child, exit, said: output.trim() };
}

describe('one writer', () => {
  it('refuses another process, which can read; kill -9 frees the directory at once', async () => {
    const other = await otherHost('waits');
    expect(other.said).toBe('Right');
    const store = fileStateStore(dir);

    expect(await save(store)).toMatchObject({
      left: {
        _tag: 'StateSaveFailed',
        message: expect.stringContaining(`another host saves to ${dir}`),
      },
    });
    expect(await store.load('counter')()).toMatchObject({ right: { value: { seq: 1, state: 0 } } });
    other.child.kill('SIGKILL');
    await other.exit;
    expect(await save(store)).toMatchObject({ right: { seq: 2 } });
    await store.close();
  });

  it('lets another process remove nothing and rename nothing aside', async () => {
    expect((await otherHost('waits')).said).toBe('Right');
    writeFileSync(join(dir, 'counter.2.state'), 'rubbish');
    const store = fileStateStore(dir);

    expect(await store.remove('counter')()).toMatchObject({
      left: { _tag: 'StateSaveFailed', reason: 'another host saves to this directory' },
    });
    expect(await store.load('counter')()).toMatchObject({ right: { value: { seq: 1 } } });
    expect(readdirSync(dir)).toEqual(['counter.1.state', 'counter.2.state']);
  });

  it('is two when `lock` is none', async () => {
    expect((await otherHost('waits')).said).toBe('Right');

    expect(await save(fileStateStore(dir, { lock: 'none' }))).toMatchObject({ right: { seq: 2 } });
  });

  it('never replaces a record when two processes take the same number at once', async () => {
    const label = { plugin: 'counter', seq: 1, schema: 1, codeHash: 'c0de', fence: 0 };
    const theirs = recordFormat.encode(label, Buffer.from('0'));
    let isFirst = true;
    const store = createFileStore({
      files: {
        ...nodeStateFiles,
        link: (from, to) => {
          if (isFirst) writeFileSync(to, theirs);
          isFirst = false;
          nodeStateFiles.link(from, to);
        },
      },
      writer: thisProcess,
      dir,
      shared: () => new SharedDirectory(dir),
      generations: 3,
      maxBytes: 100,
      onCorrupt: undefined,
    });

    expect(await save(store)).toMatchObject({ right: { seq: 2 } });
    expect(readdirSync(dir)).toEqual(['counter.1.state', 'counter.2.state']);
    expect(readFileSync(join(dir, 'counter.1.state')).equals(theirs)).toBe(true);
  });

  it('stays the writer while it is stopped for a while', async () => {
    const other = await otherHost('waits');
    other.child.kill('SIGSTOP');
    const store = fileStateStore(dir);

    expect(isRight(await save(store))).toBe(false);
    await store.close();
  });

  it('has its lock shared by the stores of the process, and freed when the last of them is closed', async () => {
    const stores = [1, 2].map(() => fileStateStore(dir));
    for (const store of stores) expect(isRight(await save(store))).toBe(true);
    await stores[0]!.close();
    expect((await otherHost('waits')).said).toBe('Left');

    await stores[1]!.close();
    expect((await otherHost('waits')).said).toBe('Right');
  });

  it.each(['before', 'after'])(
    'has its lock shared by stores on a directory and on a link to it, made %s the store',
    async (when) => {
      const link = join(root, 'link');
      if (when === 'before') symlinkSync(dir, link);
      const [one, two] = [fileStateStore(dir), fileStateStore(link)];
      expect(await save(one)).toMatchObject({ right: { seq: 1 } });
      if (when === 'after') symlinkSync(dir, link);

      expect(await save(two)).toMatchObject({ right: { seq: 2 } });
      expect(await save(one)).toMatchObject({ right: { seq: 3 } });
      await one.close();
      expect((await otherHost('waits')).said).toBe('Left');
      await two.close();
      expect((await otherHost('waits')).said).toBe('Right');
    },
  );

  it('keeps no process alive, and locks no other directory', async () => {
    const [one, two] = [
      await otherHost('ends by itself'),
      await otherHost('waits', join(root, 'b')),
    ];

    expect(two.said).toBe('Right');
    expect(await one.exit).toEqual([0, null]);
  });
});

describe('the lock when the socket is a file (macOS and other systems)', () => {
  const before = process.env['TMPDIR'];
  afterEach(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });

  it('is refused while somebody answers, and free after its process was killed', async () => {
    mkdirSync(dir);
    const sockets = join(root, 's');
    mkdirSync(sockets);
    process.env['TMPDIR'] = sockets;
    const lock = socketLock('darwin');
    const release = await lock.acquire(dir);
    expect(await lock.acquire(dir)).toBeUndefined();
    await release!();
    expect(readdirSync(sockets)).toEqual([]);

    const program = `
      import { socketLock } from ${JSON.stringify(join(import.meta.dirname, '../../../dist/state/adapters/socketLock.js'))};
      console.log(typeof (await socketLock('darwin').acquire(${JSON.stringify(dir)})));
      process.stdin.resume();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const exit = once(child, 'exit');
    expect(String((await once(child.stdout, 'data'))[0]).trim()).toBe('function');
    expect(await lock.acquire(dir)).toBeUndefined();
    child.kill('SIGKILL');
    await exit;
    expect(readdirSync(sockets).filter((name) => name.endsWith('.sock'))).toHaveLength(1);

    const takenOver = await lock.acquire(dir);
    expect(takenOver).toBeTypeOf('function');
    await takenOver!();
  });
});
