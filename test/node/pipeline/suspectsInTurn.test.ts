import { lastValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import type { VersionTrials } from '../../../src/model/reload/VersionTrials.js';
import { provisionalVersions } from '../../../src/pipeline/trials/provisionalVersions.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { pluginFolders, startRuntime } from '../runtime/pluginFolders.js';

const names = ['a', 'b', 'c'];
const CONFIRM_AFTER_MS = 400;
/** Shorter than the time in which one version proves itself. */
const LIMIT_MS = 300;

function plugins() {
  const folders = pluginFolders();
  for (const name of names) {
    folders.write(`plugins/${name}/index.ts`, `export const value = () => '${name}';`);
    folders.write(
      `plugins/${name}/plugin.toml`,
      `name = "${name}"\nversion = "1.0.0"\napi-version = "0.1.0"\nsource = "./index.ts"\n`,
    );
  }
  return folders.path('plugins');
}

/** As of a host that is killed when the builds of `compiling` are under way, and the versions of the others serve. */
const endsBefore = (
  trials: VersionTrials,
  compiling: string,
  noted: () => void,
): VersionTrials => ({
  ...trials,
  endBuild: (build) => {
    if (!compiling.includes(build.plugin)) trials.endBuild?.(build);
  },
  begin: async (version) => {
    const begun = compiling.includes(version.plugin)
      ? await new Promise<never>(noted)
      : await trials.begin(version);
    noted();
    return begun;
  },
});

/** A store whose last host was killed while all plugins were on trial. */
async function afterKilledHost(dir: string, compiling: string) {
  const store = memoryStateStore();
  const killed = provisionalVersions(store, { confirmAfterMs: 2 ** 31 - 1 });
  await new Promise<void>((resolve) => {
    let notedCount = 0;
    const trials = endsBefore(killed, compiling, () => {
      notedCount += 1;
      if (notedCount === names.length) resolve();
    });
    const { runtime } = startRuntime({ trials, files: killed.files });
    killed.load(runtime.loadEach(dir)).subscribe();
  });
  return store;
}

test.each(['', 'a', 'bc', 'abc'])(
  'plugins that were all on trial when the host was killed serve one after the other, however long that takes; compiled were "%s"',
  async (compiling) => {
    const dir = plugins();
    const store = await afterKilledHost(dir, compiling);
    const versions = provisionalVersions(store, { confirmAfterMs: CONFIRM_AFTER_MS });
    const limitsMs = { compile: LIMIT_MS, load: LIMIT_MS };
    const { runtime } = startRuntime({ trials: versions, files: versions.files, limitsMs });
    const loads = await lastValueFrom(versions.load(runtime.loadEach(dir)).pipe(toArray()));

    expect(loads.map(({ _tag }) => _tag)).toEqual(names.map(() => 'Right'));
    for (const name of names) expect(await runtime.call(name, 'value')).toBe(name);
    await runtime.close();
    await versions.close();
  },
);

test('a host that is closed does not wait for their turns', async () => {
  const dir = plugins();
  const store = await afterKilledHost(dir, '');
  const versions = provisionalVersions(store, { confirmAfterMs: 2 ** 31 - 1 });
  const { runtime } = startRuntime({ trials: versions, files: versions.files });
  const loads = lastValueFrom(versions.load(runtime.loadEach(dir)).pipe(toArray()));
  await runtime.ready('a');
  await runtime.close();

  expect((await loads).map((load) => (load._tag === 'Left' ? load.left._tag : 'served'))).toEqual([
    ...['served', 'Aborted', 'Aborted'],
  ]);
  await versions.close();
});
