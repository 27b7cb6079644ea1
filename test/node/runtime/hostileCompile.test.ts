import { describe, expect, test, vi } from 'vitest';
import { type PluginFolders, pluginFolders } from './pluginFolders.js';
import { type HostileOutcome, runHostileHost } from './runHostileHost.js';

// Each test starts up to five processes.
vi.setConfig({ testTimeout: 240_000 });

const KILLS = 'export const v = () => 2; // KILLS_THE_COMPILER';

/** A host with a compiler that ends the process at some texts, as a native one does. */
function start(
  folders: PluginFolders,
  state: PluginFolders,
  plugin = 'bad',
): Promise<HostileOutcome> {
  return runHostileHost(['load', folders.dir, state.dir, plugin], 60_000);
}

describe('a source that ends the process when it is compiled', () => {
  test.each([
    ['the entry', { 'index.ts': KILLS }],
    ['what it imports', { 'index.ts': "export { v } from './lib/v.ts';", 'lib/v.ts': KILLS }],
    [
      'a file outside of the folder',
      { 'index.ts': "export { v } from '../shared.ts';", '../shared.ts': KILLS },
    ],
  ])(
    'is not compiled at the next start, where the version before it serves: %s',
    async (_what, files) => {
      const folders = pluginFolders();
      const state = pluginFolders();
      folders.plugin('bad', { 'index.ts': 'export const v = () => 1;' });
      folders.plugin('good', { 'index.ts': 'export const v = () => 1;' });
      expect(await start(folders, state)).toMatchObject({ end: 0, answer: 1 });

      folders.plugin('bad', files);
      expect((await start(folders, state)).end).toBe('SIGKILL');
      for (const count of [1, 2]) {
        const next = await start(folders, state);

        expect({ count, end: next.end, answer: next.answer }).toEqual({ count, end: 0, answer: 1 });
        expect(next.plugins).toEqual({ bad: 'good', good: 'good' });
        expect(next.reasons['bad']).toContain('VersionSuspect: ');
      }

      const [last = ''] = Object.keys(files).slice(-1);
      folders.write(`bad/${last}`, 'export const v = () => 3;');
      expect(await start(folders, state)).toMatchObject({ end: 0, answer: 3 });
    },
  );

  test('is not compiled at the next start, where no version of it ever served', async () => {
    const folders = pluginFolders();
    const state = pluginFolders();
    folders.plugin('good', { 'index.ts': 'export const v = () => 1;' });
    expect(await start(folders, state, 'good')).toMatchObject({ end: 0, answer: 1 });

    folders.plugin('bad', { 'index.ts': KILLS });
    expect((await start(folders, state, 'good')).end).toBe('SIGKILL');
    const next = await start(folders, state, 'good');

    expect(next).toMatchObject({
      end: 0,
      answer: 1,
      plugins: { bad: 'VersionSuspect', good: 'good' },
    });

    folders.plugin('bad', { 'index.ts': 'export const v = () => 4;' });
    expect(await start(folders, state)).toMatchObject({ end: 0, answer: 4 });
  });

  test('is found among others, when all are new', async () => {
    const folders = pluginFolders();
    const state = pluginFolders();
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      folders.plugin(name, { 'index.ts': 'export const v = () => 1;' });
    folders.plugin('bad', { 'index.ts': KILLS });
    let outcome = await start(folders, state, 'a');
    for (let starts = 1; outcome.end !== 0 && starts < 4; starts += 1)
      outcome = await start(folders, state, 'a');

    expect(outcome.end).toBe(0);
    const { bad, ...others } = outcome.plugins;
    expect(bad).toBe('VersionSuspect');
    expect(new Set(Object.values(others))).toEqual(new Set(['good']));
  });
});
