import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadOptions } from '../../../src/model/reload/ReloadTarget.js';
import { diskFiles } from '../../../src/modules/adapters/diskFiles.js';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

/** The disk, whose files have not been written for long, and how often each path was looked at. */
function countedDisk() {
  const looks = new Map<string, number>();
  const files: PluginFiles = {
    ...diskFiles,
    stat: (path) => {
      looks.set(path, (looks.get(path) ?? 0) + 1);
      const stamp = diskFiles.stat(path);
      return stamp && { ...stamp, isSettled: true };
    },
    read: (path, maxBytes) => {
      const reading = diskFiles.read(path, maxBytes);
      const settled = { isSettled: true };
      return {
        ...reading,
        before: { ...reading.before, ...settled },
        after: { ...reading.after, ...settled },
      };
    },
  };
  return { files, looks };
}

/** A plugin of many files that answers the sum of their numbers. */
async function manyFiles(count: number) {
  const folders = pluginFolders();
  const { files, looks } = countedDisk();
  const names = Array.from({ length: count }, (_, n) => `part${n}`);
  const lines = names.map((name) => `import { n as ${name} } from './${name}.js';`);
  const sum = `export const sum = () => ${names.join(' + ')};`;
  folders.plugin('a', {
    'index.ts': [...lines, sum].join('\n'),
    ...Object.fromEntries(names.map((name) => [`${name}.ts`, 'export const n = 0;\n'])),
  });
  const { runtime } = startRuntime({ files });
  await runtime.loadDirectory(folders.dir)();
  const path = (n: number) => folders.path(`a/part${n}.ts`);
  const save = (n: number, value: number) =>
    writeFileSync(path(n), `export const n = ${value}; // ${'x'.repeat(value)}\n`);
  return { runtime, looks, path, save, sum: () => runtime.call('a', 'sum') };
}

function changeOf(paths: readonly string[]): ReloadOptions {
  const event = (path: string): WatchEvent => ({
    ...{ _tag: 'Modified', kind: 'file', path, atMs: 0, batch: 1 },
  });
  const at = { firstAtMs: 0, lastAtMs: 0, eventCount: paths.length };
  return { cause: 'change', change: { plugin: 'a', events: paths.map(event), ...at } };
}

describe('a reload of a plugin of many files', () => {
  test('looks at each unchanged file twice: before anything runs, and before the new version serves', async () => {
    const { runtime, looks, path, save, sum } = await manyFiles(40);
    save(3, 7);
    looks.clear();
    right(await runtime.reloadPlugin('a', changeOf([path(3)]))());

    expect(await sum()).toBe(7);
    expect([...new Set([0, 1, 2, 4, 39].map((n) => looks.get(path(n))))]).toEqual([2]);

    // Nobody says what has changed: it has to be found first.
    save(4, 5);
    looks.clear();
    right(await runtime.reloadPlugin('a')());

    expect(await sum()).toBe(12);
    expect([...new Set([0, 1, 2, 3, 39].map((n) => looks.get(path(n))))]).toEqual([3]);
  });

  test('serves what is on disk, whatever is said to have changed', async () => {
    const { runtime, path, save, sum } = await manyFiles(12);
    const values = new Array<number>(12).fill(0);
    for (let round = 1; round <= 24; round += 1) {
      const edited = [round % 12, (round * 5) % 12, (round * 7) % 12].slice(0, 1 + (round % 3));
      for (const n of edited) save(n, (values[n] = round));
      // All of it, a part of it, or something else.
      const told = [edited, edited.slice(1), [(round + 6) % 12]][round % 3] ?? [];
      right(await runtime.reloadPlugin('a', changeOf(told.map(path)))());

      expect(await sum()).toBe(values.reduce((total, value) => total + value, 0));
    }
  });
});
