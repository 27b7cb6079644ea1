import { symlinkSync } from 'node:fs';
import { lastValueFrom, toArray, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { provisionalVersions } from '../../../src/pipeline/trials/provisionalVersions.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { pluginFolders, right, startRuntime } from '../runtime/pluginFolders.js';

const tasks = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

test.each(['plugins', 'by-a-link'])(
  'a plugin that shares a file with a suspect one sees that file as it is on disk: %s',
  async (where) => {
    const folders = pluginFolders();
    const store = memoryStateStore();
    const source = (mark: string) =>
      `import { x } from '../../shared/x.js'; export const value = () => '${mark}' + x;`;
    folders.write('shared/x.ts', 'export const x = 1;');
    folders.plugin('plugins/a', { 'index.ts': source('a1 ') });
    folders.plugin('plugins/b', { 'index.ts': source('b1 ') });
    for (const name of ['a', 'b']) {
      folders.write(
        `plugins/${name}/plugin.toml`,
        `name = "${name}"\nversion = "1.0.0"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "./index.ts"\n`,
      );
    }
    const host = async (plugins: string) => {
      const scheduler = new VirtualTimeScheduler();
      const versions = provisionalVersions(store, { scheduler, confirmAfterMs: 1_000 });
      const { runtime } = startRuntime({ trials: versions, files: versions.files });
      await lastValueFrom(versions.load(runtime.loadEach(folders.path(plugins))).pipe(toArray()));
      const prove = async () => {
        scheduler.flush();
        await tasks();
      };
      const values = async () => [
        await runtime.call('a', 'value'),
        await runtime.call('b', 'value'),
      ];
      return { runtime, prove, values };
    };
    const first = await host('plugins');
    await first.prove();
    folders.write('shared/x.ts', 'export const x = 2;');
    right(await first.runtime.reloadPlugin('b')());
    await first.prove();
    folders.write('plugins/a/index.ts', source('a2 '));
    right(await first.runtime.reloadPlugin('a')());
    expect(await first.values()).toEqual(['a2 2', 'b1 2']);

    // The host counts as killed before the new version of `a` has proven itself: `first` is not closed before the next starts.
    symlinkSync(folders.path('plugins'), folders.path('by-a-link'));
    const next = await host(where);
    expect(await next.values()).toEqual(['a1 1', 'b1 2']);
  },
);
