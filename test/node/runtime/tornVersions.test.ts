import { right as done } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { VersionTrials } from '../../../src/model/reload/VersionTrials.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { callTimes, counter, recounter, UP_AND_DOWN } from './countingVersions.js';
import { left, type PluginFolders, pluginFolders, right, startRuntime } from './pluginFolders.js';

const SECOND = 'state-version = 2';
const older = (folders: PluginFolders, name: string) =>
  folders.plugin('a', { 'index.ts': counter(name) });
const newer = (folders: PluginFolders, name: string) =>
  folders.plugin('a', { 'index.ts': recounter(name, UP_AND_DOWN) }, SECOND);

/**
 * Version 1 serves after five calls. `saves` are made one after another, each while a build notes itself: after it read the manifest.
 * `each`: also when it notes itself again, after it read the code.
 */
async function savedWhileBuilt(
  saves: readonly ((folders: PluginFolders) => void)[],
  note: 'first' | 'each' = 'first',
) {
  const folders = pluginFolders();
  const waiting: ((folders: PluginFolders) => void)[] = [];
  let builds = 0;
  let isNoted = false;
  const trials: VersionTrials = {
    beginBuild: () => {
      // A build notes itself again when it meets other code than it had noted.
      if (note === 'each' || !isNoted) waiting.shift()?.(folders);
      isNoted = true;
      return Promise.resolve(done(undefined));
    },
    endBuild: () => {
      builds += 1;
      isNoted = false;
    },
    begin: () => Promise.resolve(done(undefined)),
    served: () => undefined,
    dropped: () => undefined,
  };
  const store = memoryStateStore();
  const { runtime } = startRuntime({ trials, store });
  older(folders, 'v1');
  await runtime.loadDirectory(folders.dir)();
  await callTimes(runtime, 'a', 'next', 5);
  waiting.push(...saves);
  builds = 0;
  const reload = () => runtime.reloadPlugin('a')();
  const serves = async () => [await runtime.call('a', 'version'), await runtime.call('a', 'count')];
  return { folders, store, reload, serves, builds: () => builds };
}

describe('files that are saved while they are built', () => {
  test('a manifest of one save and the code of the next one are never run as a version', async () => {
    const { folders, reload, serves, builds, store } = await savedWhileBuilt([
      (at) => newer(at, 'v3'),
    ]);
    older(folders, 'v2');

    expect(right(await reload())).toMatchObject({ from: 1, to: 2 });
    expect(await serves()).toEqual(['v3', 5]);
    expect(builds()).toBe(2);
    const records = right(await store.history('a')());
    expect(records.map(({ schema, state }) => [schema, state])).toEqual([[1, { n: 5 }]]);
  });

  test('nor after the last try, when each build meets a save', async () => {
    const times = [1, 2, 3, 4, 5];
    const saves = times.map((time) => (at: PluginFolders) => {
      const write = time % 2 === 1 ? newer : older;
      write(at, `save ${time}`);
    });
    const { folders, reload, serves, store } = await savedWhileBuilt(saves);
    older(folders, 'v2');

    expect(left(await reload())).toMatchObject({ _tag: 'Io', code: 'EBUSY', plugin: 'a' });
    expect(await serves()).toEqual(['v1', 5]);
    expect(right(await store.history('a')())).toEqual([]);

    right(await reload());
    expect(await serves()).toEqual(['save 5', 5]);
  });

  test('code that is saved all the time under one manifest does not keep the plugin from loading', async () => {
    const times = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const saves = times.map(
      (time) => (at: PluginFolders) => at.write('a/index.ts', counter(`save ${time}`)),
    );
    const { folders, reload, serves, builds } = await savedWhileBuilt(saves, 'each');
    folders.write('a/index.ts', counter('v2'));

    right(await reload());
    expect(builds()).toBe(5);
    expect(await serves()).toEqual(['save 9', 5]);
  });
});
