import { describe, expect, onTestFinished, test } from 'vitest';
import { left, pluginFolders, right, startRuntime } from './pluginFolders.js';

/** A plugin that records when it starts and stops. */
const SOURCE = `export const version = () => 1;
export const start = (ctx) => { globalThis.lives.push('start'); };
export const stop = () => { globalThis.lives.push('stop'); };`;

function lay() {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': SOURCE });
  const lives: string[] = [];
  Reflect.set(globalThis, 'lives', lives);
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, 'lives');
  });
  return { folders, lives, ...startRuntime() };
}

async function loaded() {
  const host = lay();
  right(await host.runtime.loadManifest(host.folders.path('a'))());
  return host;
}

describe('orders given at once', () => {
  test('a load during close: nothing is left running', async () => {
    const { folders, lives, runtime } = lay();
    const loading = runtime.loadManifest(folders.path('a'))();
    await runtime.close();

    expect(left(await loading)).toMatchObject({ _tag: 'Aborted', plugin: 'a' });
    expect([runtime.plugins(), lives]).toEqual([[], []]);
  });

  test('a reload after unload serves, and can be called and ended', async () => {
    const { lives, runtime } = await loaded();
    const [unloaded, reloaded] = await Promise.all([
      runtime.unloadPlugin('a')(),
      runtime.reloadPlugin('a')(),
    ]);

    right(unloaded);
    expect(right(reloaded)).toMatchObject({ from: 0, to: 1 });
    expect(await runtime.call('a', 'version')).toBe(1);
    expect(runtime.plugins()).toMatchObject([{ plugin: 'a', status: 'serving' }]);
    await runtime.close();
    expect(lives).toEqual(['start', 'stop', 'start', 'stop']);
  });

  test('plugins() lists what runs: unload, reload, unload', async () => {
    const { lives, runtime } = await loaded();
    const unload = runtime.unloadPlugin('a');
    const orders = await Promise.all([unload(), runtime.reloadPlugin('a')(), unload()]);

    for (const order of orders) right<unknown>(order);
    const stops = lives.filter((life) => life === 'stop').length;
    expect(runtime.plugins()).toHaveLength(lives.length - 2 * stops);
    await runtime.close();
    expect(lives.at(-1)).toBe('stop');
  });

  test('close during unload and reload ends everything', async () => {
    const { lives, runtime } = await loaded();
    const orders = [runtime.unloadPlugin('a')(), runtime.reloadPlugin('a')()];
    await Promise.all([...orders, runtime.close()]);

    expect(runtime.plugins()).toEqual([]);
    expect(lives.filter((life) => life === 'stop')).toHaveLength(lives.length / 2);
  });

  test('two loads of one folder are one', async () => {
    const { folders, lives, runtime } = lay();
    const load = runtime.loadManifest(folders.path('a'));
    const results = await Promise.all([load(), load()]);

    expect(results.map(right)).toMatchObject(Array(2).fill({ plugin: 'a', version: 1 }));
    expect(lives).toEqual(['start']);
  });
});
