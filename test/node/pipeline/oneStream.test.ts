import { none, some } from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, test } from 'vitest';
import { foldHealth } from '../../../src/model/reload/foldHealth.js';
import type { StateRecord, StateStore } from '../../../src/model/reload/StateStore.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { left, manifest, right } from '../runtime/pluginFolders.js';
import { COUNTER, type PipelineHost, startHost } from './pluginChain.js';

/** A store in memory, and whose states were saved to it. */
function listedStore(): { readonly store: StateStore; readonly saves: string[] } {
  const saves: string[] = [];
  const records = new Map<string, StateRecord>();
  const store: StateStore = {
    save: (record) => {
      saves.push(record.plugin);
      const kept = { ...record, seq: saves.length };
      records.set(record.plugin, kept);
      return TE.right(kept);
    },
    load: (plugin) => {
      const record = records.get(plugin);
      return TE.right(record === undefined ? none : some(record));
    },
    history: () => TE.right([]),
    remove: () => TE.right(undefined),
    close: () => Promise.resolve(),
  };
  return { store, saves };
}

/** Hooks that note the plugins of their calls. */
function listedHooks() {
  const before: string[] = [];
  const after: [string, string][] = [];
  return {
    before,
    after,
    options: {
      beforeReload: ({ plugin }: { readonly plugin: string }) => void before.push(plugin),
      afterReload: ({ plugin }: { readonly plugin: string }, result: { readonly _tag: string }) =>
        void after.push([plugin, result._tag]),
    },
  };
}

const health = ({ events }: PipelineHost) =>
  events.reduce((folded, event) => foldHealth(folded, event), foldHealth(undefined));

/** Every `ReloadStarted` has an end, and the changes are accounted for. */
function expectAccounts(host: PipelineHost): void {
  const counted = health(host);
  const { changeCount, committedCount, failedCount, supersededCount } = counted;
  const { unchangedCount, removedCount } = counted;
  expect(committedCount + failedCount + supersededCount + unchangedCount + removedCount).toBe(
    changeCount,
  );
  for (const [plugin, { isReloading, serving }] of Object.entries(counted.plugins)) {
    expect([plugin, isReloading]).toEqual([plugin, false]);
    const listed = host.runtime.plugins().find((entry) => entry.plugin === plugin)?.version ?? 0;
    expect([plugin, serving ?? 0]).toEqual([plugin, listed]);
  }
}

describe('a reload that another plugin causes', () => {
  test('has events, hooks and the store: a dependency that was refused is reloaded for a wider range', async () => {
    const hooks = listedHooks();
    const { store, saves } = listedStore();
    const host = await startHost(
      ({ lay }) => {
        lay('a', '1.0.0', { b: '^1.0.0' });
        lay('b', '1.0.0');
      },
      { ...hooks.options, store },
    );
    await host.runtime.call('b', 'next');
    host.lay('b', '2.0.0');
    host.saved('b/plugin.toml');
    await host.until(() => host.lastEnd('b')?._tag === 'ReloadFailed');
    hooks.before.length = hooks.after.length = saves.length = 0;

    host.lay('a', '1.0.0', { b: '^2.0.0' });
    host.saved('a/plugin.toml');
    await host.until(() => host.lastEnd('a')?._tag === 'Reloaded');
    expect(host.lastEnd('b')).toMatchObject({ _tag: 'Reloaded', from: 1, to: 2, changes: [] });
    expect(host.of('b').findLast(({ _tag }) => _tag === 'ReloadStarted')).toMatchObject({
      cause: 'dependency',
      attempt: 1,
    });
    expect(hooks.before).toEqual(['b', 'a']);
    await host.until(() => hooks.after.length === 2);
    expect(hooks.after).toEqual([
      ['b', 'Right'],
      ['a', 'Right'],
    ]);
    expect(saves).toEqual(['b', 'a']);
    expect(health(host).plugins['b']).toMatchObject({ serving: 2, lastError: null });
    expect(await host.runtime.call('b', 'next')).toBe(2);
    expectAccounts(host);
  });

  test('does not deadlock when only one reload may run at a time', async () => {
    const host = await startHost(
      ({ lay }) => {
        for (const [name, needs] of [
          ['a', { b: '^1.0.0' }],
          ['b', { c: '^1.0.0' }],
          ['c', {}],
        ] as const) {
          lay(name, '1.0.0', needs);
        }
      },
      { concurrency: 1, reloadTimeoutMs: 5_000 },
    );
    host.lay('c', '2.0.0');
    host.lay('b', '2.0.0', { c: '^2.0.0' });
    host.lay('a', '2.0.0', { b: '^2.0.0' });
    host.saved('a/plugin.toml', 'b/plugin.toml', 'c/plugin.toml');
    await host.until(() =>
      ['a', 'b', 'c'].every((name) => host.lastEnd(name)?._tag === 'Reloaded'),
    );
    expect(host.events.some(({ _tag }) => _tag === 'ReloadFailed')).toBe(false);
    expectAccounts(host);
  });

  test('a cycle that an edit makes ends in a failure of each, and in plugins that serve once it is gone', async () => {
    const host = await startHost(({ lay }) => {
      lay('a', '1.0.0', { b: '^1.0.0' });
      lay('b', '1.0.0');
    });
    host.lay('b', '1.0.0', { a: '^2.0.0' });
    host.lay('a', '1.0.0', { b: '^2.0.0' });
    host.saved('a/plugin.toml', 'b/plugin.toml');
    await host.until(() => ['a', 'b'].every((name) => host.lastEnd(name)?._tag === 'ReloadFailed'));
    host.lay('b', '2.0.0');
    host.saved('b/plugin.toml');
    await host.until(() => ['a', 'b'].every((name) => host.lastEnd(name)?._tag === 'Reloaded'));
    expectAccounts(host);
  });
});

describe('a plugin that waits for another one comes alive when that one serves', () => {
  test('at a retry', async () => {
    const host = await startHost(
      ({ lay, folders }) => {
        lay('a', '1.0.0', { b: '*' });
        lay('b', '1.0.0');
        folders.write('b/index.ts', `if (globalThis.isDown) throw new Error('down'); ${COUNTER}`);
        Reflect.set(globalThis, 'isDown', true);
      },
      { backoff: { delay: () => 30, maxRetries: 500 }, breaker: { trip: consecutive(1_000) } },
    );
    await host.until(() => ['a', 'b'].every((name) => host.lastEnd(name)?._tag === 'ReloadFailed'));
    host.saved('b/index.ts');
    await host.until(() => host.of('b').some(({ _tag }) => _tag === 'RetryScheduled'));
    Reflect.deleteProperty(globalThis, 'isDown');
    await host.until(() => ['a', 'b'].every((name) => host.lastEnd(name)?._tag === 'Loaded'));
    expectAccounts(host);
  });

  test('by an order, through a chain', async () => {
    const host = await startHost(({ lay, folders }) => {
      lay('a', '1.0.0', { b: '*' });
      lay('b', '1.0.0', { c: '*' });
      lay('c', '1.0.0');
      folders.write('c/index.ts', 'export const = ;');
    });
    await host.until(() => ['a', 'b', 'c'].every((name) => host.lastEnd(name) !== undefined));
    host.folders.write('c/index.ts', COUNTER);
    expect(right(await host.runtime.reloadPlugin('c')())).toMatchObject({ from: 0, to: 1 });
    await host.until(() => ['a', 'b', 'c'].every((name) => host.lastEnd(name)?._tag === 'Loaded'));
    expectAccounts(host);
  });

  test('without a pipeline, too, and it is told', async () => {
    const host = await startHost(({ lay, folders }) => {
      lay('a', '1.0.0', { b: '*' });
      lay('b', '1.0.0');
      folders.write('b/index.ts', 'export const = ;');
    });
    host.pipeline.unsubscribe();
    const told: unknown[] = [];
    host.runtime.events$.subscribe((event) => told.push(event));
    host.folders.write('b/index.ts', COUNTER);
    right(await host.runtime.reloadPlugin('b')());
    await host.until(() => told.length > 0);
    expect(told).toEqual([expect.objectContaining({ _tag: 'Loaded', plugin: 'a', version: 1 })]);
  });

  test('when a blocker leaves the way free', async () => {
    const host = await startHost(({ lay }) => {
      lay('a', '1.0.0', { b: '^1.0.0' });
      lay('b', '1.0.0');
    });
    host.lay('b', '2.0.0');
    host.saved('b/plugin.toml');
    await host.until(() => host.lastEnd('b')?._tag === 'ReloadFailed');
    right(await host.runtime.unloadPlugin('a')());
    await host.until(() => host.lastEnd('b')?._tag === 'Reloaded');
    expectAccounts(host);
  });
});

describe('an order', () => {
  test.each(['reloadPlugin', 'restartPlugin', 'replacePlugin back', 'replacePlugin forward'])(
    '%s: has its own result, events, hooks and the store',
    async (order) => {
      const hooks = listedHooks();
      const { store, saves } = listedStore();
      const host = await startHost(({ lay }) => lay('a', '1.0.0'), { ...hooks.options, store });
      const { runtime } = host;
      host.folders.write('a/index.ts', `${COUNTER}\n// second`);
      host.saved('a/index.ts');
      await host.until(() => host.lastEnd('a')?._tag === 'Reloaded');
      if (order === 'replacePlugin forward') right(await runtime.replacePlugin('a', 1)());
      await host.until(() => hooks.after.length === hooks.before.length);
      hooks.before.length = hooks.after.length = saves.length = 0;
      host.folders.write('a/index.ts', `${COUNTER}\n// third`);
      const started = host.events.length;
      const { result, tag } = {
        reloadPlugin: {
          result: async () => right(await runtime.reloadPlugin('a')()).to,
          tag: ['Reloaded', 3],
        },
        restartPlugin: {
          result: async () => right(await runtime.restartPlugin('a')()).version,
          tag: ['Restarted', 2],
        },
        'replacePlugin back': {
          result: async () => right(await runtime.replacePlugin('a', 1)()).version,
          tag: ['RolledBack', 1],
        },
        'replacePlugin forward': {
          result: async () => right(await runtime.replacePlugin('a', 2)()).version,
          tag: ['Reloaded', 2],
        },
      }[order]!;
      expect(await result()).toBe(tag[1]);
      await host.until(() => hooks.after.length === 1);

      expect(host.lastEnd('a')).toMatchObject({ _tag: tag[0] });
      expect(host.events[started]).toMatchObject({ _tag: 'ReloadStarted', cause: 'order' });
      expect([hooks.before, hooks.after]).toEqual([['a'], [['a', 'Right']]]);
      expect(saves).toEqual(order === 'restartPlugin' ? [] : ['a']);
      expectAccounts(host);
    },
  );

  test('that fails has its own failure, is told, and is not retried', async () => {
    const hooks = listedHooks();
    const host = await startHost(({ lay }) => lay('a', '1.0.0'), hooks.options);
    host.folders.write('a/index.ts', `throw new Error('broken');`);
    expect(left(await host.runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'EvaluationFailed',
    });
    expect(left(await host.runtime.replacePlugin('a', 7)())).toMatchObject({
      _tag: 'VersionNotKept',
    });
    await host.until(() => hooks.after.length === 2);
    expect(host.of('a').filter(({ _tag }) => _tag === 'ReloadFailed')).toMatchObject([
      { error: { _tag: 'EvaluationFailed' }, stillServing: 1, willRetry: false, changes: [] },
      { error: { _tag: 'VersionNotKept' }, stillServing: 1, willRetry: false, changes: [] },
    ]);
    expect(left(await host.runtime.reloadPlugin('nobody')())).toMatchObject({
      _tag: 'PluginNotFound',
    });
    expect(host.of('nobody')).toEqual([]);
    expectAccounts(host);
  });

  test('ends the wait for a retry, also while the breaker is open; the change ends with it', async () => {
    const host = await startHost(({ lay }) => lay('a', '1.0.0'), {
      breaker: { trip: consecutive(1), openForMs: 3_600_000 },
      backoff: { delay: () => 3_600_000, maxRetries: 5 },
    });
    host.folders.write('a/index.ts', `if (globalThis.isDown) throw new Error('down'); ${COUNTER}`);
    Reflect.set(globalThis, 'isDown', true);
    host.saved('a/index.ts');
    await host.until(() => host.of('a').some(({ _tag }) => _tag === 'RetryScheduled'));
    Reflect.deleteProperty(globalThis, 'isDown');
    expect(right(await host.runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 2 });
    await host.until(() => host.lastEnd('a')?._tag === 'Reloaded');
    expect(host.lastEnd('a')).toMatchObject({ changes: [0] });
    await host.until(() => health(host).plugins['a']?.breaker === 'closed');
    expectAccounts(host);
  });

  test('on the same plugin, given in beforeReload, does not wait for itself', async () => {
    const results: unknown[] = [];
    const host: { current?: PipelineHost } = {};
    host.current = await startHost(({ lay }) => lay('a', '1.0.0'), {
      beforeReload: async () => {
        if (results.length > 0) return;
        results.push('ordered');
        results.push(await host.current?.runtime.restartPlugin('a')());
      },
    });
    host.current.folders.write('a/index.ts', `${COUNTER}\n// second`);
    host.current.saved('a/index.ts');
    await host.current.until(() => host.current?.lastEnd('a')?._tag === 'Reloaded');
    expect(results).toMatchObject(['ordered', { _tag: 'Right', right: { version: 1 } }]);
  });

  test('that the pipeline leaves undone is done by the runtime', async () => {
    const host = await startHost(({ lay }) => lay('a', '1.0.0'), {
      beforeReload: () => new Promise(() => undefined),
      reloadTimeoutMs: 3_600_000,
    });
    host.folders.write('a/index.ts', `${COUNTER}\n// second`);
    host.saved('a/index.ts');
    await host.until(() => host.of('a').some(({ _tag }) => _tag === 'ChangeDetected'));
    // The hook of the change never ends, so an order of another kind waits for its turn.
    const unsubscribed = new Promise<void>((resolve) => {
      setImmediate(() => {
        host.pipeline.unsubscribe();
        resolve();
      });
    });
    const ordered = host.runtime.replacePlugin('a', 1)();
    await unsubscribed;
    expect(right(await ordered)).toEqual({ version: 1 });
  });

  test('approveCapabilities: the reload is one of the pipeline', async () => {
    const hooks = listedHooks();
    const host = await startHost(({ lay }) => lay('a', '1.0.0'), hooks.options);
    host.folders.write('a/plugin.toml', manifest('a', 'capabilities = ["net"]'));
    host.saved('a/plugin.toml');
    await host.until(() => host.lastEnd('a')?._tag === 'ReloadFailed');
    expect(right(await host.runtime.approveCapabilities('a', ['net'])())).toMatchObject({
      from: 1,
      to: 2,
    });
    await host.until(() => hooks.after.length === 2);
    expect(host.lastEnd('a')).toMatchObject({ _tag: 'Reloaded', from: 1, to: 2 });
    expect(host.of('a').filter(({ _tag }) => _tag === 'Reloaded')).toHaveLength(1);
    expect(hooks.before).toEqual(['a', 'a']);
    expectAccounts(host);
  });
});

test('a restart after a crash has events and hooks', async () => {
  const hooks = listedHooks();
  const host = await startHost(({ lay, folders }) => {
    lay('a', '1.0.0');
    folders.write('a/plugin.toml', manifest('a', 'mode = "worker"'));
    folders.write('a/index.ts', `${COUNTER} export const die = () => process.exit(1);`);
  }, hooks.options);
  await host.runtime.call('a', 'die').catch(() => undefined);
  await host.until(() => host.lastEnd('a')?._tag === 'Restarted' && hooks.after.length === 1);
  expect(host.of('a').findLast(({ _tag }) => _tag === 'ReloadStarted')).toMatchObject({
    cause: 'restart',
  });
  expect(host.of('a').filter(({ _tag }) => _tag === 'Restarted')).toHaveLength(1);
  expect([hooks.before, hooks.after]).toEqual([['a'], [['a', 'Right']]]);
  expect(await host.runtime.call('a', 'next')).toBe(1);
  expectAccounts(host);
});
