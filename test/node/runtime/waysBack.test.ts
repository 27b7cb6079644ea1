import { NEVER } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hotReload, provisionalVersions, type ReloadEvent } from '../../../src/index.js';
import type { RuntimeOptions } from '../../../src/runtime/index.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import {
  callTimes,
  counter,
  ONLY_UP,
  orderBack,
  recounter,
  UP_AND_DOWN,
} from './countingVersions.js';
import {
  left,
  manifest,
  type PluginFolders,
  pluginFolders,
  right,
  startRuntime,
} from './pluginFolders.js';

const WAIT = { timeout: 25_000 };
const LONG = { forMs: 600_000 };
const SECOND = 'state-version = 2';

/** A host with a pipeline over these folders; `events` is all that it tells. */
async function startHost(folders: PluginFolders, options: RuntimeOptions = {}) {
  const { runtime, errors } = startRuntime(options);
  const events: ReloadEvent[] = [];
  const running = hotReload({ source$: NEVER, target: runtime }).subscribe((event) =>
    events.push(event),
  );
  onTestFinished(() => running.unsubscribe());
  const load = () => runtime.loadDirectory(folders.dir)();
  const told = () => events.map(({ _tag }) => String(_tag));
  return { runtime, errors, events, load, told };
}

/** Five calls under version 1, and three under version 2, whose state has another format. */
async function eightCalls(ways: string, options: RuntimeOptions = {}) {
  const folders = pluginFolders();
  const first = () => folders.plugin('a', { 'index.ts': counter('v1') });
  first();
  const host = await startHost(folders, options);
  await host.load();
  await callTimes(host.runtime, 'a', 'next', 5);
  folders.plugin('a', { 'index.ts': recounter('v2', ways) }, SECOND);
  right(await host.runtime.reloadPlugin('a')());
  await callTimes(host.runtime, 'a', 'next', 3);
  expect(await host.runtime.call('a', 'version')).toBe('v2');
  return { ...host, folders, first };
}

/** What is counted, and whether it was said that something stays behind. */
async function outcome({
  runtime,
  told,
}: Pick<Awaited<ReturnType<typeof startHost>>, 'runtime' | 'told'>) {
  return {
    version: await runtime.call('a', 'version'),
    count: await runtime.call('a', 'count'),
    isLossTold: told().includes('StateLost'),
  };
}

const KEPT = { version: 'v1', count: 8, isLossTold: false };
const LOST = { version: 'v1', count: 5, isLossTold: true };

describe('back to a version whose state has the format before', () => {
  test("the older version's bytes on disk again: it takes over what was counted since", async () => {
    const host = await eightCalls(UP_AND_DOWN);
    host.first();
    right(await host.runtime.reloadPlugin('a')());

    expect(await outcome(host)).toEqual(KEPT);
  });

  test('what is brought down is the newest record before the older version serves', async () => {
    const store = memoryStateStore();
    const saved: (readonly [schema: number, serving: number | undefined])[] = [];
    let serving = (): number | undefined => undefined;
    const noting: typeof store = {
      ...store,
      save: (record) => {
        saved.push([record.schema, serving()]);
        return store.save(record);
      },
    };
    const host = await eightCalls(UP_AND_DOWN, { store: noting });
    serving = () => host.runtime.plugins()[0]?.version;
    saved.length = 0;
    host.first();
    right(await host.runtime.reloadPlugin('a')());

    expect(saved).toEqual([
      [2, 2],
      [1, 2],
    ]);
    expect(right(await store.load('a')())).toMatchObject({
      value: { schema: 1, state: { n: 8 } },
    });
  });

  test('a version that fails after its state was brought down leaves the newest state as it was', async () => {
    const store = memoryStateStore();
    const host = await eightCalls(UP_AND_DOWN, { store });
    const broken = `${counter('v1')}\nexport const start = () => { throw new Error('no'); };`;
    host.folders.plugin('a', { 'index.ts': broken });
    expect(left(await host.runtime.reloadPlugin('a')())).toMatchObject({ _tag: 'LifecycleFailed' });

    expect(right(await store.load('a')())).toMatchObject({
      value: { schema: 2, state: { count: 8 } },
    });
    right(await host.runtime.restartPlugin('a')());
    expect(await outcome(host)).toEqual({ version: 'v2', count: 8, isLossTold: false });
  });

  test('the same with a store, and then a restart of the host', async () => {
    const store = memoryStateStore();
    const host = await eightCalls(UP_AND_DOWN, { store });
    host.first();
    right(await host.runtime.reloadPlugin('a')());
    await host.runtime.close();
    const next = await startHost(host.folders, { store });
    await next.load();

    expect(await outcome(next)).toEqual(KEPT);
  });

  test('its bytes on disk again while the host is down: it serves, and what stays behind is told', async () => {
    const store = memoryStateStore();
    const host = await eightCalls(UP_AND_DOWN, { store });
    await host.runtime.close();
    host.first();
    const next = await startHost(host.folders, { store });
    await next.load();

    expect(next.runtime.plugins()).toMatchObject([{ status: 'serving' }]);
    const found = await outcome(next);
    expect([KEPT, LOST]).toContainEqual(found);
  });

  test('an order: it takes over what was counted since', async () => {
    const host = await eightCalls(UP_AND_DOWN);
    const back = right(await orderBack(host.runtime, 'a', { to: 1, reason: 'v2 is slow' }));

    expect(back).toMatchObject({ version: 1, stateLost: false });
    expect(await outcome(host)).toEqual(KEPT);
  });

  test('replacePlugin: the pair of code and state, and what stays behind is told', async () => {
    const host = await eightCalls(UP_AND_DOWN);
    right(await host.runtime.replacePlugin('a', 1)());

    expect(await outcome(host)).toEqual(LOST);
    expect(host.events).toContainEqual(
      expect.objectContaining({ _tag: 'StateLost', plugin: 'a', from: 2, to: 1 }),
    );
  });
});

describe('back where the newer state has no way down', () => {
  test("the older version's bytes on disk again: it serves with the newest state that it reads, told", async () => {
    const host = await eightCalls(ONLY_UP);
    host.first();
    right(await host.runtime.reloadPlugin('a')());

    expect(await outcome(host)).toEqual(LOST);
  });

  test('an order: the same', async () => {
    const host = await eightCalls(ONLY_UP);
    const back = right(await orderBack(host.runtime, 'a', { to: 1, reason: 'v2 is slow' }));

    expect(back).toMatchObject({ version: 1, stateLost: true });
    expect(await outcome(host)).toEqual(LOST);
  });

  test('a failed probation: the same', async () => {
    const host = await eightCalls(ONLY_UP, { probation: LONG });
    for (let call = 0; call < 3; call += 1) {
      await expect(host.runtime.call('a', 'fail')).rejects.toThrow('broken');
    }
    await vi.waitFor(() => expect(host.told()).toContain('RolledBack'), WAIT);
    await vi.waitFor(async () => expect(await outcome(host)).toEqual(LOST), { timeout: 25_000 });
  });
});

describe('a host that is killed before the newer version was confirmed', () => {
  async function killed(ways: string) {
    const folders = pluginFolders();
    const [states, notes] = [memoryStateStore(), memoryStateStore()];
    const start = async () => {
      const time = new VirtualTime();
      const versions = provisionalVersions(notes, { scheduler: time, confirmAfterMs: 1_000 });
      const host = startRuntime({ trials: versions, files: versions.files, store: states });
      const events: ReloadEvent[] = [];
      const load = versions.load(host.runtime.loadEach(folders.dir));
      const running = hotReload({ source$: NEVER, target: host.runtime, load }).subscribe((event) =>
        events.push(event),
      );
      onTestFinished(() => running.unsubscribe());
      await vi.waitFor(() => expect(events.length).toBeGreaterThan(0), WAIT);
      return { ...host, events, time, told: () => events.map(({ _tag }) => String(_tag)) };
    };
    folders.plugin('a', { 'index.ts': counter('v1') });
    const first = await start();
    first.time.flush();
    await vi.waitFor(async () => {
      const noted = right(await notes.load('versions.ledger')());
      expect(JSON.stringify(noted)).toMatch(/"trials":\[\]/);
    }, WAIT);
    await callTimes(first.runtime, 'a', 'next', 5);
    folders.plugin('a', { 'index.ts': recounter('v2', ways) }, SECOND);
    right(await first.runtime.reloadPlugin('a')());
    await callTimes(first.runtime, 'a', 'next', 3);
    const state = right(await first.runtime.getPluginState('a')());
    if (state._tag === 'None') throw new Error('it has no state');
    const record = { plugin: 'a', schema: 2, codeHash: 'v2', state: state.value };
    right(await states.save(record)());
    // `first` is not closed before the next one starts: it was killed.
    return start();
  }

  test('starts the older one, with what was counted since or with a word of what stays behind', async () => {
    const next = await killed(UP_AND_DOWN);

    expect(next.runtime.plugins()).toMatchObject([{ status: 'serving' }]);
    expect([KEPT, LOST]).toContainEqual(await outcome(next));
  });

  test('starts the older one where there is no way down', async () => {
    const next = await killed(ONLY_UP);

    expect(next.runtime.plugins()).toMatchObject([{ status: 'serving' }]);
    expect(await outcome(next)).toEqual(LOST);
  });
});

describe('the version that was trusted last', () => {
  test.each([
    [{ probation: LONG }, 4],
    [{ probation: LONG, keepVersions: 1 }, 3],
    [{ probation: LONG, keepVersions: 1 }, 8],
  ])('is what bad versions in a row go back to: %o, %i versions', async (options, last) => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': counter('v1') });
    const { runtime, events, load, told } = await startHost(folders, options);
    await load();
    await callTimes(runtime, 'a', 'next', 2);
    for (let number = 2; number <= last; number += 1) {
      folders.write('a/index.ts', counter(`v${number}`));
      right(await runtime.reloadPlugin('a')());
    }
    for (let call = 0; call < 3; call += 1) {
      await expect(runtime.call('a', 'fail')).rejects.toThrow('broken');
    }
    await vi.waitFor(() => expect(told()).toContain('RolledBack'), WAIT);

    expect(await runtime.call('a', 'version')).toBe('v1');
    expect(events).toContainEqual(
      expect.objectContaining({ _tag: 'RolledBack', from: last, to: 1 }),
    );
    expect(await runtime.call('a', 'count')).toBe(2);
  });

  test('can be ordered back, however many came since', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': counter('v1') });
    const { runtime, load } = await startHost(folders, { probation: LONG });
    await load();
    for (const version of ['v2', 'v3', 'v4', 'v5']) {
      folders.write('a/index.ts', counter(version));
      right(await runtime.reloadPlugin('a')());
    }
    right(await runtime.replacePlugin('a', 1)());

    expect(await runtime.call('a', 'version')).toBe('v1');
  });
});

describe('an order to go back that cannot be followed', () => {
  const served = async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': counter('v1') });
    const host = await startHost(folders);
    await host.load();
    return { ...host, folders };
  };
  const reason = 'it is slow';

  test.each([[7], [0], [-1], [1.5], [Number.NaN]])('version %s is not kept', async (to) => {
    const { runtime } = await served();
    const refused = left(await orderBack(runtime, 'a', { to, reason }));

    expect(refused).toMatchObject({ _tag: 'VersionNotKept', plugin: 'a', kept: [] });
    expect(await runtime.call('a', 'version')).toBe('v1');
  });

  test('an unknown plugin, with the name that was meant', async () => {
    const { runtime } = await served();
    const refused = left(await orderBack(runtime, 'aa', { reason }));

    expect(refused).toMatchObject({ _tag: 'PluginNotFound', plugin: 'aa' });
  });

  test('a plugin that is loading for the first time', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': counter('v1') });
    const { runtime, load } = await startHost(folders);
    const loading = load();
    const refused = left(await orderBack(runtime, 'a', { to: 2, reason }));
    await loading;

    expect(['PluginNotFound', 'VersionNotKept']).toContain(refused._tag);
    expect(await runtime.call('a', 'version')).toBe('v1');
  });

  test('a plugin whose first load failed', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': 'throw new Error("no");' });
    const { runtime, load } = await startHost(folders);
    await load();
    const refused = left(await orderBack(runtime, 'a', { reason }));

    expect(refused).toMatchObject({
      _tag: 'VersionNotKept',
      message: expect.stringContaining('nothing serves'),
    });
  });

  test('goes to the version that was trusted before, and not forward again', async () => {
    const { runtime, folders } = await served();
    folders.write('a/index.ts', counter('v2'));
    right(await runtime.reloadPlugin('a')());
    right(await orderBack(runtime, 'a', { reason }));
    expect(await runtime.call('a', 'version')).toBe('v1');

    expect(left(await orderBack(runtime, 'a', { reason }))).toMatchObject({
      _tag: 'VersionNotKept',
      kept: [2],
    });
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 1 });
    expect(right(await orderBack(runtime, 'a', { to: 1, reason }))).toEqual({
      version: 1,
      stateLost: false,
    });
  });
});

describe('probation', () => {
  const onProbation = async (source: string, lines = '') => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': counter('v1') });
    const host = await startHost(folders, { probation: LONG });
    await host.load();
    folders.write('a/plugin.toml', manifest('a', lines));
    folders.write('a/index.ts', source);
    right(await host.runtime.reloadPlugin('a')());
    expect(await host.runtime.call('a', 'version')).toBe('v2');
    return host;
  };

  test.each([
    ['one that succeeds', ['next']],
    ['several that succeed', ['next', 'count', 'version']],
  ])('fails a version for a function that always throws beside %s', async (_what, others) => {
    const { runtime, told } = await onProbation(counter('v2'));
    for (let round = 0; round < 6; round += 1) {
      await runtime.call('a', 'fail').catch(() => undefined);
      for (const fn of others) await runtime.call('a', fn);
    }
    await vi.waitFor(() => expect(told()).toContain('RolledBack'), { timeout: 25_000 });

    expect(await runtime.call('a', 'version')).toBe('v1');
  });

  test("fails it by the manifest's own count too", async () => {
    const lines = 'probation = { duration-ms = 600000, failure-count = 2 }';
    const { runtime, told } = await onProbation(counter('v2'), lines);
    for (let round = 0; round < 4; round += 1) {
      await runtime.call('a', 'fail').catch(() => undefined);
      await runtime.call('a', 'next');
    }
    await vi.waitFor(() => expect(told()).toContain('RolledBack'), { timeout: 25_000 });

    expect(await runtime.call('a', 'version')).toBe('v1');
  });
});

describe('a version that failed its probation', () => {
  /** A host that keeps its notes and states for the next one. `end`: as an orderly stop does. */
  const hosts = () => {
    const folders = pluginFolders();
    const [store, notes] = [memoryStateStore(), memoryStateStore()];
    const start = async () => {
      const time = new VirtualTime();
      const kept = { ...notes, close: () => Promise.resolve() };
      const versions = provisionalVersions(kept, { scheduler: time, confirmAfterMs: 1_000 });
      const { runtime } = startRuntime({
        ...{ trials: versions, files: versions.files, store },
        probation: LONG,
      });
      const events: ReloadEvent[] = [];
      const load = versions.load(runtime.loadEach(folders.dir));
      const running = hotReload({ source$: NEVER, target: runtime, load }).subscribe((event) =>
        events.push(event),
      );
      const end = async () => {
        running.unsubscribe();
        await runtime.close();
        await versions.close();
      };
      onTestFinished(end);
      await vi.waitFor(() => expect(events.map(({ _tag }) => _tag)).toContain('Loaded'), WAIT);
      return { runtime, events, time, versions, end };
    };
    return { folders, start };
  };

  async function rolledBack() {
    const { folders, start } = hosts();
    folders.plugin('a', { 'index.ts': counter('v1') });
    const first = await start();
    const proven = new Promise((resolve) => first.versions.proven(resolve));
    first.time.flush();
    await proven;
    folders.plugin('a', { 'index.ts': counter('v2') });
    right(await first.runtime.reloadPlugin('a')());
    await callTimes(first.runtime, 'a', 'next', 3);
    for (let call = 0; call < 6; call += 1) {
      await first.runtime.call('a', 'fail').catch(() => undefined);
    }
    await vi.waitFor(() => expect(first.versions.takenBack?.('a')).toBeDefined(), WAIT);
    await first.end();
    return { folders, start };
  }

  test('is not what the next host loads, nor the one after it, and that is told', async () => {
    const { start } = await rolledBack();
    for (let host = 0; host < 2; host += 1) {
      const { runtime, events, end } = await start();
      expect(await runtime.call('a', 'version')).toBe('v1');
      expect(await runtime.call('a', 'count')).toBe(3);
      const told = events.find(({ _tag }) => _tag === 'RolledBack');
      expect(told).toMatchObject({ from: 0, reason: expect.stringContaining('taken back') });
      await end();
    }
  });

  test('is forgotten when its files change', async () => {
    const { folders, start } = await rolledBack();
    folders.plugin('a', { 'index.ts': counter('v3') });
    const { runtime, versions } = await start();
    expect(await runtime.call('a', 'version')).toBe('v3');
    await vi.waitFor(() => expect(versions.takenBack?.('a')).toBeUndefined(), WAIT);
  });
});
