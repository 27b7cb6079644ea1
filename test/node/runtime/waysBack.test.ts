import { NEVER } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hotReload, type ReloadEvent } from '../../../src/index.js';
import type { RuntimeOptions } from '../../../src/runtime/index.js';
import { callTimes, counter } from './countingVersions.js';
import {
  manifest,
  type PluginFolders,
  pluginFolders,
  right,
  startRuntime,
} from './pluginFolders.js';

const WAIT = { timeout: 8_000 };
const LONG = { forMs: 600_000 };

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
    await vi.waitFor(() => expect(told()).toContain('RolledBack'), { timeout: 3_000 });

    expect(await runtime.call('a', 'version')).toBe('v1');
  });

  test("fails it by the manifest's own count too", async () => {
    const lines = 'probation = { duration-ms = 600000, failure-count = 2 }';
    const { runtime, told } = await onProbation(counter('v2'), lines);
    for (let round = 0; round < 4; round += 1) {
      await runtime.call('a', 'fail').catch(() => undefined);
      await runtime.call('a', 'next');
    }
    await vi.waitFor(() => expect(told()).toContain('RolledBack'), { timeout: 3_000 });

    expect(await runtime.call('a', 'version')).toBe('v1');
  });
});
