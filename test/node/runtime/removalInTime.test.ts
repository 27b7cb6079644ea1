import { lastValueFrom, toArray } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import { PluginRuntime } from '../../../src/runtime/index.js';
import { reloadPlugin } from '../../../src/sinks/reloadPlugin.js';
import { pluginFolders, right } from './pluginFolders.js';

const change = { plugin: 'a', events: [], firstAtMs: 0, lastAtMs: 0, eventCount: 0 };

/** The folder of a plugin goes, and its `stop` never ends: the end of the version takes longer than the attempt may. */
async function removed(mode: 'in-process' | 'worker') {
  const folders = pluginFolders();
  const source = 'export const stop = () => new Promise(() => undefined);';
  folders.plugin('a', { 'index.ts': source }, `mode = "${mode}"`);
  const runtime = new PluginRuntime({ limitsMs: { dispose: 1_000 } });
  onTestFinished(() => runtime.close());
  right(await runtime.loadManifest(folders.path('a'))());
  folders.remove('a');
  return runtime;
}

test.each(['in-process', 'worker'] as const)(
  'a removal whose end takes longer than the deadline of the attempt is told as one, %s',
  async (mode) => {
    const runtime = await removed(mode);
    const told = await lastValueFrom(
      reloadPlugin(runtime, change, { timeoutMs: 700 }).pipe(toArray()),
    );

    expect(told.map(({ _tag }) => _tag)).toEqual(['ReloadStarted', 'Removed']);
    expect(runtime.plugins()).toEqual([]);
  },
);
