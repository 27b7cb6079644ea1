import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { pluginHandle } from '../../../src/runtime/PluginHandle.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

interface Counter {
  increment(by?: number): number;
  fail(): never;
}

describe('a handle', () => {
  test('calls the version that serves when its function is called, before and after each load', async () => {
    const folders = pluginFolders();
    const code = (step: number) =>
      `let n = 0; export const increment = (by = 1) => (n += by * ${step}); export const fail = () => { throw new RangeError('no'); };
export const saveState = () => ({ n }); export const restoreState = (state) => { n = state.n; };`;
    folders.plugin('counter', { 'index.ts': code(1) });
    const { runtime } = startRuntime();
    const counter = runtime.plugin<Counter>('counter');
    await expect(counter.increment()).rejects.toMatchObject({ _tag: 'PluginNotFound' });
    const load = runtime.loadDirectory(folders.dir);
    const early = counter.increment(2);
    await load();
    expect(await early).toBe(2);
    folders.write('counter/index.ts', code(10));
    right(await runtime.reloadPlugin('counter')());
    expect(await counter.increment()).toBe(12);
    await expect(counter.fail()).rejects.toThrow(RangeError);
    expect(counter.increment).toBe(counter.increment);
  });

  test('refuses the functions of the lifecycle, also where the manifest offers them, and what is not exported', async () => {
    const folders = pluginFolders();
    const offered = 'exports = ["health", "value"]';
    folders.plugin(
      'a',
      { 'index.ts': 'export const value = () => 1; export const health = () => true;' },
      offered,
    );
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    const handle = runtime.plugin('a');
    expect(await runtime.call('a', 'health')).toBe(true);
    for (const name of [
      'saveState',
      'restoreState',
      'migrate',
      'init',
      'start',
      'stop',
      'health',
    ]) {
      await expect(handle[name]?.()).rejects.toMatchObject({
        name: 'PluginCallError',
        _tag: 'ExportMissing',
        message: expect.stringContaining('lifecycle'),
      });
    }
    await expect(handle['other']?.()).rejects.toMatchObject({ _tag: 'ExportMissing' });
  });

  test('is no promise, holds nothing and cannot be changed', async () => {
    const { runtime } = startRuntime();
    const handle = runtime.plugin('a');
    const returned = await (async () => Promise.resolve(handle))();
    expect(returned).toBe(handle);
    expect(Object.keys(handle)).toEqual([]);
    expect(Reflect.set(handle, 'x', 1)).toBe(false);
    expect(String(Object.prototype.toString.call(handle))).toBe('[object Object]');
  });

  test('can be logged: as text and as JSON, without a call that nobody awaits', async () => {
    const calls: string[] = [];
    const handle = pluginHandle<object>('a', (_plugin, fn) => {
      calls.push(fn);
      return Promise.reject(new Error('nobody awaits this'));
    });
    expect(String(handle)).toBe('the plugin a');
    expect(Reflect.apply(String.prototype.concat, '', [handle])).toBe('the plugin a');
    expect(JSON.stringify({ handle, all: [handle] })).toBe('{"handle":{},"all":[{}]}');
    expect(inspect(handle)).toBe('{}');
    expect(await Promise.resolve(handle)).toBe(handle);
    expect(calls).toEqual([]);
  });

  test('of a name that is no text is refused like one of a plugin that is not loaded', async () => {
    const folders = pluginFolders();
    folders.plugin('counter', { 'index.ts': 'export const value = () => 1;' });
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    for (const name of [undefined, null, 5, {}, ['counter']]) {
      const plugin = name as never;
      const message = `No plugin "${String(name)}" is loaded; loaded plugins: counter`;
      await expect(runtime.call(plugin, 'value')).rejects.toThrow(message);
      await expect(runtime.plugin(plugin)['value']?.()).rejects.toThrow(message);
      if (name !== undefined && name !== null)
        await expect(runtime.ready(plugin)).rejects.toThrow(message);
      expect(await runtime.restartPlugin(plugin)()).toMatchObject({ left: { message } });
    }
  });
});
