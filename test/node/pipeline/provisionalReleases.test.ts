import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lastValueFrom, toArray, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { provisionalVersions } from '../../../src/pipeline/trials/provisionalVersions.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { pluginFolders, right, startRuntime } from '../runtime/pluginFolders.js';

const tasks = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

/** What of a release a deploy exchanges, by a link. */
const LINKED = {
  'the whole release': { link: 'current', plugins: 'current/plugins', within: '' },
  'the directory of plugins': { link: 'app/plugins', plugins: 'app/plugins', within: 'plugins' },
  'the folder of the plugin': {
    link: 'app/plugins/p',
    plugins: 'app/plugins',
    within: 'plugins/p',
  },
};

function deploys(linked: keyof typeof LINKED) {
  const folders = pluginFolders();
  const { link, plugins, within } = LINKED[linked];
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  /** Each release has a helper of another name, and an entry that differs only where the manifest and the entry may be equal too. */
  const release = (n: number, isPlain: boolean, at = folders.path(`releases/${n}`)) => {
    const helper = isPlain ? 'helper' : `helper${n}`;
    const entry = `import { mark } from './${helper}.js'; import { lib } from '../../lib/lib.js'; export const value = () => mark + lib;`;
    write(join(at, 'plugins/p/index.ts'), entry);
    write(join(at, `plugins/p/${helper}.ts`), `export const mark = 'v${n} ';`);
    write(join(at, 'lib/lib.ts'), `export const lib = 'lib${n}';`);
    write(
      join(at, 'plugins/p/plugin.toml'),
      'name = "p"\nversion = "1.0.0"\napi-version = "0.1.0"\nsource = "./index.ts"\n',
    );
  };
  const deploy = (n: number) => {
    const path = folders.path(link);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(folders.path(`releases/${n}`), within), `${path}.new`);
    renameSync(`${path}.new`, path);
  };
  const store = memoryStateStore();
  const host = async () => {
    const scheduler = new VirtualTimeScheduler();
    const versions = provisionalVersions(store, { scheduler, confirmAfterMs: 1_000 });
    const { runtime } = startRuntime({ trials: versions, files: versions.files });
    const load = versions.load(runtime.loadEach(folders.path(plugins)));
    const loads = await lastValueFrom(load.pipe(toArray()));
    const prove = async () => {
      scheduler.flush();
      await tasks();
    };
    const failures = loads.flatMap((one) => (one._tag === 'Left' ? [one.left._tag] : []));
    return { runtime, prove, failures, value: () => runtime.call('p', 'value') };
  };
  return {
    release,
    deploy,
    host,
    path: folders.path,
    remove: (n: number) => rmSync(folders.path(`releases/${n}`), { recursive: true }),
  };
}

const cases = (Object.keys(LINKED) as (keyof typeof LINKED)[]).flatMap((linked) =>
  [true, false].map((isPlain) => [linked, isPlain] as const),
);

test.each(cases)(
  'after a crash under a new release, the proven version serves, and a release that is deployed then is tried: %s is linked; files have equal names: %s',
  async (linked, isPlain) => {
    const { release, deploy, host, remove } = deploys(linked);
    for (const n of [1, 2, 3]) release(n, isPlain);
    deploy(1);
    const first = await host();
    expect(await first.value()).toBe('v1 lib1');
    await first.prove();
    deploy(2);
    right(await first.runtime.reloadPlugin('p')());
    expect(await first.value()).toBe('v2 lib2');

    // Killed before version 2 has proven itself: `first` is not closed before the next one starts.
    const second = await host();
    expect([second.failures, await second.value()]).toEqual([['VersionSuspect'], 'v1 lib1']);

    deploy(3);
    const third = await host();
    expect([third.failures, await third.value()]).toEqual([[], 'v3 lib3']);
    // Version 3 was on trial when the host was killed. The release that has proven itself was removed.
    remove(1);
    const fourth = await host();
    expect([fourth.failures, await fourth.value()]).toEqual([['VersionSuspect'], 'v1 lib1']);
  },
);

test('a version that was proven in a folder serves when a link took the place of the folder', async () => {
  const { release, deploy, host, path } = deploys('the folder of the plugin');
  release(1, true, path('app'));
  release(2, true);
  const first = await host();
  await first.prove();
  rmSync(path('app/plugins/p'), { recursive: true });
  deploy(2);
  right(await first.runtime.reloadPlugin('p')());
  expect(await first.value()).toBe('v2 lib2');

  const next = await host();
  expect([next.failures, await next.value()]).toEqual([['VersionSuspect'], 'v1 lib1']);
});

test('a release that a person has taken back is tried when it is another one that is deployed', async () => {
  const { release, deploy, host } = deploys('the whole release');
  for (const n of [1, 2, 3]) release(n, true);
  deploy(1);
  const first = await host();
  await first.prove();
  deploy(2);
  right(await first.runtime.reloadPlugin('p')());
  await first.prove();
  right(await first.runtime.rollBackPlugin('p', { to: 1, reason: 'it is slow' })());
  await tasks();

  expect(await (await host()).value()).toBe('v1 lib1');
  deploy(3);
  expect(await (await host()).value()).toBe('v3 lib3');
});
