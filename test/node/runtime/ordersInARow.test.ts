import { expect, test } from 'vitest';
import { counter, orderBack } from './countingVersions.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

async function threeVersions() {
  const folders = pluginFolders();
  const { runtime } = startRuntime();
  folders.plugin('a', { 'index.ts': counter('v1') });
  await runtime.loadDirectory(folders.dir)();
  for (const name of ['v2', 'v3']) {
    folders.write('a/index.ts', counter(name));
    right(await runtime.reloadPlugin('a')());
  }
  const reload = async () => right(await runtime.reloadPlugin('a')());
  return { folders, runtime, reload, version: () => runtime.call('a', 'version') };
}

test.each(['rollBackPlugin', 'replacePlugin'] as const)(
  'after two orders by %s the version on disk is still the one that was taken back first',
  async (by) => {
    const { folders, runtime, reload, version } = await threeVersions();
    for (const to of [2, 1]) {
      const isReplaced = by === 'replacePlugin';
      right(
        isReplaced
          ? await runtime.replacePlugin('a', to)()
          : await orderBack(runtime, 'a', { to, reason: 'ordered' }),
      );
    }

    await reload();
    expect(await version()).toBe('v1');

    folders.write('a/index.ts', counter('v4'));
    await reload();
    expect(await version()).toBe('v4');
  },
);
