import { firstValueFrom } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { consecutive } from '../../../src/index.js';
import { callTimes, orderBack } from './countingVersions.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

/** Version 1 imports nothing. */
const PLAIN = `export const version = () => 'v1';`;
/** Version 2 imports its part by a name that no build can know. */
const COMPUTED = `
const name = ['part', 'ts'].join('.');
const { part } = await import('../../lib/' + name);
export const version = () => { if (part === 'broken') throw new Error('the part is broken'); return 'v2 with ' + part; };`;
const part = (content: string) => `export const part = '${content}';`;

async function started() {
  const folders = pluginFolders();
  folders.write('plugins/a/plugin.toml', manifest('a'));
  folders.write('plugins/a/index.ts', PLAIN);
  folders.write('lib/part.ts', part('broken'));
  const probation = { forMs: 60_000, trip: consecutive(2) };
  const { runtime } = startRuntime({ probation });
  await runtime.loadDirectory(folders.path('plugins'))();
  const reload = () => runtime.reloadPlugin('a')();
  const path = folders.path('lib/part.ts');
  // What nobody watches concerns nobody.
  const concerned = async () => {
    const watched = await firstValueFrom(runtime.watchPaths$);
    return watched.includes(path) ? runtime.pluginsOf(path) : [];
  };
  const version = () => runtime.call('a', 'version');
  return { folders, runtime, reload, concerned, version };
}

describe('a part that only a version that was taken back imports, by a computed name', () => {
  test('is what mends a version that failed its probation', async () => {
    const { folders, runtime, reload, concerned, version } = await started();
    expect(await concerned()).toEqual([]);
    folders.write('plugins/a/index.ts', COMPUTED);
    right(await reload());
    await expect(callTimes(runtime, 'a', 'version', 1)).rejects.toThrow('the part is broken');
    await expect(callTimes(runtime, 'a', 'version', 1)).rejects.toThrow('the part is broken');
    await vi.waitFor(async () => expect(await version()).toBe('v1'), { timeout: 25_000 });

    expect(left(await reload())).toMatchObject({ _tag: 'ProbationFailed' });
    expect(await concerned()).toEqual(['a']);
    folders.write('lib/part.ts', part('mended'));
    right(await reload());
    expect(await version()).toBe('v2 with mended');
  });

  test('ends an order that took the version back', async () => {
    const { folders, runtime, reload, concerned, version } = await started();
    folders.write('lib/part.ts', part('first'));
    folders.write('plugins/a/index.ts', COMPUTED);
    right(await reload());
    expect(await version()).toBe('v2 with first');
    right(await orderBack(runtime, 'a', { reason: 'a person asked for it' }));

    right(await reload());
    expect(await version()).toBe('v1');
    expect(await concerned()).toEqual(['a']);
    folders.write('lib/part.ts', part('second'));
    right(await reload());
    expect(await version()).toBe('v2 with second');
  });

  test('is what mends a version that could not be loaded', async () => {
    const { folders, reload, concerned, version } = await started();
    folders.write('lib/part.ts', `throw new Error('at the top of the part');`);
    folders.write('plugins/a/index.ts', COMPUTED);
    expect(left(await reload())).toMatchObject({ _tag: 'EvaluationFailed' });

    expect(await concerned()).toEqual(['a']);
    folders.write('lib/part.ts', part('mended'));
    right(await reload());
    expect(await version()).toBe('v2 with mended');
  });
});
