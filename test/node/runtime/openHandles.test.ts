import { NEVER } from 'rxjs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { presets } from '../../../src/pipeline/presets.js';
import type { HandlesLeftOpen } from '../../../src/runtime/index.js';
import { pluginFolders, startRuntime } from './pluginFolders.js';

const LEAVING = `import { createServer } from 'node:http';
import { open } from './pool.js';
globalThis.leftByTest.push(setInterval(() => undefined, 1_000_000));
export const start = async (ctx) => {
  const server = createServer();
  globalThis.leftByTest.push(server);
  await new Promise((resolve) => server.listen(0, resolve));
  await open();
  ctx.setInterval(() => undefined, 1_000_000);
};`;
/** A pool that opens its timer in a later turn than \`open\` was called. */
const POOL = `export const open = async () => {
  await null;
  globalThis.leftByTest.push(setTimeout(() => undefined, 1_000_000));
};`;
const CLEAN = `import { createServer } from 'node:http';
let server;
let timer;
export const start = async () => {
  server = createServer();
  await new Promise((resolve) => server.listen(0, resolve));
  timer = setInterval(() => undefined, 1_000_000);
  setInterval(() => undefined, 1_000_000).unref();
};
export const stop = () => { server.close(); clearInterval(timer); };`;

function leaving(): void {
  const left: { close?: () => void }[] = [];
  Reflect.set(globalThis, 'leftByTest', left);
  onTestFinished(() => {
    for (const one of left) if ('listen' in one) one.close?.();
    Reflect.deleteProperty(globalThis, 'leftByTest');
  });
}

test('what a version leaves open at its end is named, with the line that opened it; what it closed is not', async () => {
  leaving();
  const folders = pluginFolders();
  folders.plugin('web', { 'index.ts': LEAVING, 'pool.ts': POOL });
  folders.plugin('other', { 'index.ts': CLEAN });
  const told: HandlesLeftOpen[] = [];
  const { runtime } = startRuntime({
    root: folders.dir,
    generationWatch: { onOpen: (open) => told.push(open) },
  });
  for (const name of ['web', 'other']) await runtime.loadManifest(folders.path(name))();
  folders.write('other/index.ts', `${CLEAN}\n// next`);
  expect(await runtime.reloadPlugin('other')()).toMatchObject({ right: { to: 2 } });
  folders.write('web/index.ts', 'export const v = 1;');
  expect(await runtime.reloadPlugin('web')()).toMatchObject({ right: { to: 2 } });

  expect(told).toEqual([
    {
      plugin: 'web',
      version: 1,
      handles: [
        expect.stringMatching(/^timer opened at web\/index\.ts:3:/),
        expect.stringMatching(/^server opened at web\/index\.ts:7:/),
        expect.stringMatching(/^timer opened at web\/pool\.ts:3:/),
      ],
      message: expect.stringContaining('Version 1 of web has ended and left open: timer'),
    },
  ]);
});

test('what calls opened and left open is named too, each place once; what they closed is not', async () => {
  leaving();
  const folders = pluginFolders();
  folders.plugin('web', {
    'index.ts': `import { createServer } from 'node:http';
export const poll = () => { globalThis.leftByTest.push(setInterval(() => undefined, 1_000_000)); };
export const listen = async () => {
  const server = createServer();
  globalThis.leftByTest.push(server);
  await new Promise((resolve) => server.listen(0, resolve));
};
export const brief = (count) => { for (let n = 0; n < count; n += 1) clearTimeout(setTimeout(() => undefined, 1_000_000)); };
export const fail = () => { globalThis.leftByTest.push(setInterval(() => undefined, 1_000_000)); throw new Error('no'); };`,
  });
  const told: HandlesLeftOpen[] = [];
  const { runtime } = startRuntime({
    root: folders.dir,
    generationWatch: { onOpen: (open) => told.push(open) },
  });
  await runtime.loadManifest(folders.path('web'))();
  await Promise.all([runtime.call('web', 'poll'), runtime.call('web', 'poll')]);
  await runtime.call('web', 'listen');
  await runtime.call('web', 'brief', 2_000);
  await expect(runtime.call('web', 'fail')).rejects.toThrow('no');
  folders.write('web/index.ts', 'export const v = 1;');
  await runtime.reloadPlugin('web')();

  expect(told.map(({ handles }) => handles)).toEqual([
    [
      expect.stringMatching(/^timer opened at web\/index\.ts:2:\d+ \(2 times\)$/),
      expect.stringMatching(/^server opened at web\/index\.ts:6:\d+$/),
      expect.stringMatching(/^timer opened at web\/index\.ts:9:\d+$/),
    ],
  ]);
});

test('the development preset reports it, the production preset does not', async () => {
  leaving();
  for (const [name, count] of [
    ['development', 1],
    ['production', 0],
  ] as const) {
    const folders = pluginFolders();
    folders.plugin('web', { 'index.ts': LEAVING, 'pool.ts': POOL });
    const { runtime, errors } = startRuntime();
    const load = runtime.loadEach(folders.dir);
    const serves = vi.fn();
    const running = hotReload({
      ...presets[name],
      source$: NEVER,
      target: runtime,
      load,
    }).subscribe(serves);
    onTestFinished(() => running.unsubscribe());
    await vi.waitFor(() =>
      expect(serves).toHaveBeenCalledWith(expect.objectContaining({ _tag: 'Loaded' })),
    );
    folders.write('web/index.ts', 'export const v = 1;');
    await runtime.reloadPlugin('web')();

    expect(errors.filter(({ message }) => message.includes('left open'))).toHaveLength(count);
  }
});
