import { left as leftOf } from 'fp-ts/lib/Either.js';
import { describe, expect, test, vi } from 'vitest';
import type { RuntimeOptions } from '../../../src/runtime/index.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { callTimes, counter } from './countingVersions.js';
import { left, pluginFolders, right, startRuntime } from './pluginFolders.js';

const GOOD = 'export const saveState = () => ({ n });';
const giving = (version: string, saveState: string) => counter(version).replace(GOOD, saveState);
const DIES = 'export const saveState = () => process.exit(3);';

/** Version 1 counted to 5, which is acknowledged; version 2 with this `saveState` took it over, and counted to 7. */
async function faulty(saveState: string, options: RuntimeOptions = {}) {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': counter('v1') });
  const { runtime, errors } = startRuntime(options);
  right(await runtime.loadManifest(folders.path('a'))());
  await callTimes(runtime, 'a', 'next', 5);
  folders.write('a/index.ts', giving('v2', saveState));
  right(await runtime.reloadPlugin('a')());
  await callTimes(runtime, 'a', 'next', 2);
  const save = (source: string) => {
    folders.write('a/index.ts', source);
    return runtime.reloadPlugin('a')();
  };
  const ask = async () => [await runtime.call('a', 'version'), await runtime.call('a', 'count')];
  return { folders, runtime, errors, save, ask };
}

type Host = Awaited<ReturnType<typeof faulty>>;

const FAULTS: readonly (readonly [what: string, saveState: string, options: RuntimeOptions])[] = [
  ['throws', `export const saveState = () => { throw new Error('no'); };`, {}],
  ['rejects', `export const saveState = async () => { throw new Error('no'); };`, {}],
  [
    'never settles',
    'export const saveState = () => new Promise(() => undefined);',
    { limitsMs: { save: 50 } },
  ],
  [
    'gives a thenable that throws',
    `export const saveState = () => ({ get then() { throw new Error('no'); } });`,
    {},
  ],
  ['gives a function', 'export const saveState = () => ({ n, f: () => n });', {}],
  ['gives a circle', 'export const saveState = () => { const a = { n }; a.a = a; return a; };', {}],
  ['gives too much', `export const saveState = () => 'x'.repeat(17 * 1024 * 1024);`, {}],
  [
    'gives what toJSON makes nothing of',
    `export const saveState = () => Object.create(Object.create(null, { toJSON: { value: () => undefined } }));`,
    {},
  ],
  [
    'gives what the store rejects',
    GOOD,
    { store: { ...memoryStateStore(), save: onlyOfOneCode() } },
  ],
  ['exits in a worker', DIES, { mode: 'worker', worker: { spare: 'none' } }],
];

/** A store's `save` that rejects all but what the code of the first record saves, as a codec would. Nothing is loaded from it. */
function onlyOfOneCode() {
  const { save } = memoryStateStore();
  let accepted: string | undefined;
  return (record: Parameters<typeof save>[0]) =>
    record.codeHash === (accepted ??= record.codeHash)
      ? save(record)
      : async () =>
          leftOf({
            _tag: 'StateRejected' as const,
            plugin: 'a',
            reason: 'not of its shape',
            message: 'The state of a does not fit its codec.',
          });
}

/** Each way on from a version, and what serves then: its name and its count. */
const WAYS: readonly (readonly [
  way: string,
  go: (host: Host) => Promise<unknown>,
  serves: readonly unknown[],
])[] = [
  ['a mend', async ({ save }) => right(await save(counter('v3'))), ['v3', 5]],
  ['replacePlugin', async ({ runtime }) => right(await runtime.replacePlugin('a', 1)()), ['v1', 5]],
  [
    'a restart',
    async ({ runtime, save }) => {
      right(await runtime.restartPlugin('a')());
      right(await save(counter('v3')));
    },
    ['v3', 5],
  ],
  [
    'a mend after a save that fails',
    async ({ save }) => {
      left(await save(`${counter('bad')}\nexport const health = () => false;`));
      right(await save(counter('v3')));
    },
    ['v3', 5],
  ],
  [
    'there and back',
    async ({ save, runtime }) => {
      right(await save(counter('v3')));
      right(await runtime.replacePlugin('a', 2)());
    },
    ['v2', 5],
  ],
];

const ALL = FAULTS.flatMap(([fault, saveState, options]) =>
  WAYS.map(([way, go, serves]) => ({ fault, way, saveState, options, go, serves })),
);

describe('a version whose saveState', () => {
  test.each(ALL)('$fault, and $way: the newest acknowledged state serves on', async (row) => {
    const host = await faulty(row.saveState, row.options);
    await row.go(host);

    expect(await host.ask()).toEqual(row.serves);
    // Beside these, a crash is told, and a store that rejects what a way back restored.
    const faults = host.errors.filter(({ _tag }) => !/^(Crashed|StateRejected)$/.test(_tag));
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) {
      expect(fault).toMatchObject({
        _tag: expect.stringMatching(/^(StateSaveFailed|TimedOut)$/),
        by: 'plugin',
        message: expect.stringContaining('starts from the newest saved state'),
      });
    }
  });

  test.each([...FAULTS])('%s: it ends when its folder goes', async (_, saveState, options) => {
    const { folders, runtime } = await faulty(saveState, options);
    folders.remove('a');
    right(await runtime.unloadPlugin('a')());

    expect(runtime.plugins()).toEqual([]);
  });

  test('ended its worker once is not asked again: saves that fail, and looks, leave it alone', async () => {
    const host = await faulty(DIES, { mode: 'worker', worker: { spare: 'none' } });
    const { runtime, errors, save, ask } = host;
    const crashes = () => errors.filter(({ _tag }) => _tag === 'Crashed').length;
    expect(left(await runtime.getPluginState('a')())).toMatchObject({ by: 'plugin' });
    await vi.waitFor(async () => expect(await ask()).toEqual(['v2', 5]), { timeout: 10_000 });
    await callTimes(runtime, 'a', 'next', 4);
    for (const name of ['bad', 'worse']) {
      left(await save(`${counter(name)}\nexport const health = () => false;`));
      expect(left(await runtime.getPluginState('a')())).toMatchObject({
        message: expect.stringContaining('not asked again'),
      });
    }

    expect(await ask()).toEqual(['v2', 9]);
    expect(crashes()).toBe(1);
  });
});

describe('what the text of a state leaves out', () => {
  const PARTLY = 'export const saveState = () => ({ n, zero: -0 });';

  test.each(['in-process', 'worker'] as const)(
    'is told, and the rest is kept: %s',
    async (mode) => {
      const { errors, save, ask } = await faulty(PARTLY, { mode });
      right(await save(counter('v3')));

      expect(await ask()).toEqual(['v3', 7]);
      expect(errors).toMatchObject([
        {
          _tag: 'StateSaveFailed',
          by: 'plugin',
          reason: expect.stringContaining('state.zero is -0'),
        },
      ]);
    },
  );

  test('is told once, and again after a state that was kept whole', async () => {
    const { errors, save } = await faulty(PARTLY);
    for (const version of ['v3', 'v4']) right(await save(giving(version, PARTLY)));
    right(await save(counter('v5')));
    expect(errors).toHaveLength(1);
    right(await save(giving('v6', PARTLY)));
    right(await save(counter('v7')));

    expect(errors).toHaveLength(2);
  });
});
