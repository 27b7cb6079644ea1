import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, test, vi } from 'vitest';
import { diskFiles } from '../../../src/modules/adapters/diskFiles.js';
import { createModuleCompiler } from '../../../src/modules/buildGraph.js';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { PluginFilesInUse } from '../../../src/runtime/code/PluginFilesInUse.js';
import type { AttemptSight } from '../../../src/runtime/registry/Attempts.js';
import type { PluginFolders } from './pluginFolders.js';
import { manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const CODE = 'export const value = () => 1;';
const COUNT = 40;

/** The disk, and how often each path was read and asked for. All that is on it counts as written long ago. */
function countingFiles() {
  const reads = new Map<string, number>();
  const stats = { count: 0 };
  const files: PluginFiles = {
    ...diskFiles,
    stat: (path) => {
      stats.count += 1;
      const stamp = diskFiles.stat(path);
      return stamp && { ...stamp, isSettled: true };
    },
    read: (path, maxBytes) => {
      reads.set(path, (reads.get(path) ?? 0) + 1);
      const { before, after, ...reading } = diskFiles.read(path, maxBytes);
      const settled = { isSettled: true };
      return { ...reading, before: { ...before, ...settled }, after: { ...after, ...settled } };
    },
  };
  const readsOf = (end: string) =>
    [...reads].reduce((sum, [path, count]) => sum + (path.endsWith(end) ? count : 0), 0);
  return { files, stats, reads, readsOf };
}

function layMany(folders: PluginFolders, needs: (n: number) => string): void {
  for (let n = 0; n < COUNT; n += 1) folders.plugin(`p${n}`, { 'index.ts': CODE }, needs(n));
}

describe('a host of many plugins', () => {
  test.each([
    ['one plugin', (n: number) => (n === 0 ? '' : 'dependencies = { p0 = "*" }')],
    ['the plugin before it', (n: number) => (n === 0 ? '' : `dependencies = { p${n - 1} = "*" }`)],
    [
      'the plugin after it',
      (n: number) => (n === COUNT - 1 ? '' : `dependencies = { p${n + 1} = "*" }`),
    ],
  ])('reads each manifest a fixed number of times when each plugin needs %s', async (_, needs) => {
    const folders = pluginFolders();
    layMany(folders, needs);
    const { files, readsOf } = countingFiles();
    const { runtime } = startRuntime({ files });
    right(await runtime.loadDirectory(folders.dir)()).map(right);

    expect(runtime.plugins().filter(({ status }) => status === 'serving')).toHaveLength(COUNT);
    // Once by its load, and once for the name in it.
    expect(readsOf('plugin.toml')).toBeLessThanOrEqual(2 * COUNT);
  });

  test('the first change after the loads reads the paths of no plugin again', async () => {
    const asked = async (count: number) => {
      const folders = pluginFolders();
      for (let n = 0; n < count; n += 1) folders.plugin(`p${n}`, { 'index.ts': CODE });
      const { files, stats } = countingFiles();
      let links = 0;
      const realPath = (path: string) => {
        links += 1;
        return diskFiles.realPath(path);
      };
      const { runtime } = startRuntime({ files: { ...files, realPath } });
      const watching = runtime.watchPaths$.subscribe();
      right(await runtime.loadDirectory(folders.dir)()).map(right);
      stats.count = 0;
      links = 0;
      expect(runtime.pluginsOf(folders.path('p1/index.ts'))).toEqual(['p1']);
      watching.unsubscribe();
      return stats.count + links;
    };
    expect(await asked(COUNT)).toBe(await asked(2));
  });

  test('the first change after a reload asks no other plugin', async () => {
    const asked = async (count: number) => {
      const folders = pluginFolders();
      for (let n = 0; n < count; n += 1) folders.plugin(`p${n}`, { 'index.ts': CODE });
      const { runtime } = startRuntime();
      const watching = runtime.watchPaths$.subscribe();
      right(await runtime.loadDirectory(folders.dir)()).map(right);
      runtime.pluginsOf(folders.path('p0/index.ts'));
      folders.write('p1/index.ts', `${CODE} // again`);
      const asks = vi.spyOn(PluginFilesInUse.prototype, 'isAsAt');
      right(await runtime.reloadPlugin('p1')());
      expect(runtime.pluginsOf(folders.path('p0/index.ts'))).toEqual(['p0']);
      watching.unsubscribe();
      const plugins = new Set(asks.mock.contexts);
      asks.mockRestore();
      return plugins.size;
    };
    expect(await asked(COUNT)).toBe(1);
  });

  test('what an attempt has found is compared with one look at each file', async () => {
    const asked = async (fileCount: number) => {
      const folders = pluginFolders();
      const parts = Array.from({ length: fileCount }, (_, i) => `part${i}.ts`);
      const imports = parts.map((part) => `import './${part}';`).join('\n');
      const texts = parts.map((part) => [part, CODE]);
      folders.plugin('p', { 'index.ts': `${imports}\n${CODE}`, ...Object.fromEntries(texts) });
      const { files, stats, reads } = countingFiles();
      const { runtime } = startRuntime({ files });
      const sights: AttemptSight[] = [];
      runtime.attempts$.subscribe((sight) => sights.push(sight));
      right(await runtime.loadDirectory(folders.dir)()).map(right);
      const found = sights.filter(({ kind }) => kind === 'plugin');
      expect(found).toHaveLength(1);
      const look = () => expect(found.flatMap((sight) => runtime.changedSince(sight))).toEqual([]);
      // The first one also remembers the name in the manifest.
      look();
      stats.count = 0;
      reads.clear();
      look();
      expect(reads.size).toBe(0);
      return stats.count;
    };
    expect((await asked(30)) - (await asked(10))).toBe(20);
  });

  test('a reload reads no manifest of another plugin, and asks the disk no more than among a few', async () => {
    const asked = async (needs: (n: number) => string, reloaded: string) => {
      const folders = pluginFolders();
      layMany(folders, needs);
      const { files, stats, reads } = countingFiles();
      const { runtime } = startRuntime({ files });
      right(await runtime.loadDirectory(folders.dir)()).map(right);
      folders.write(`${reloaded}/index.ts`, `${CODE} // again`);
      reads.clear();
      stats.count = 0;
      right(await runtime.reloadPlugin(reloaded)());
      const others = [...reads.keys()].filter((path) => !path.startsWith(folders.path(reloaded)));
      return { others, statCount: stats.count };
    };
    const alone = await asked(() => '', 'p1');
    const needing = await asked((n) => (n === 0 ? '' : 'dependencies = { p0 = "*" }'), 'p1');
    const needed = await asked((n) => (n === 0 ? '' : 'dependencies = { p0 = "*" }'), 'p0');

    expect(alone.others).toEqual([]);
    expect(needing.others).toEqual([]);
    expect(needed.others).toEqual([]);
    expect(needing.statCount).toBeLessThan(alone.statCount + 20);
    expect(needed.statCount).toBeLessThan(alone.statCount + 20);
  });

  test.each([
    ['one plugin', (n: number) => (n === 0 ? '' : 'dependencies = { p0 = "*" }')],
    ['the plugin before it', (n: number) => (n === 0 ? '' : `dependencies = { p${n - 1} = "*" }`)],
  ])(
    'a change of all at once reads each manifest at most twice, and asks the disk as often for each plugin as among a few, when each needs %s',
    async (_, needs) => {
      const perPlugin = async (count: number, change: 'source' | 'manifest') => {
        const folders = pluginFolders();
        for (let n = 0; n < count; n += 1) folders.plugin(`p${n}`, { 'index.ts': CODE }, needs(n));
        const { files, stats, readsOf } = countingFiles();
        const { runtime } = startRuntime({ files });
        right(await runtime.loadDirectory(folders.dir)()).map(right);
        const before = readsOf('plugin.toml');
        const names = Array.from({ length: count }, (_each, n) => `p${n}`);
        for (const [n, name] of names.entries()) {
          if (change === 'source') folders.write(`${name}/index.ts`, `${CODE} // again`);
          else folders.write(`${name}/plugin.toml`, `${manifest(name, needs(n))}\n# again`);
        }
        stats.count = 0;
        // As a pipeline does it: first what each needs, then the plugin itself.
        const reloads = names.map(async (name) => {
          right(await runtime.loadDependencies(name)());
          right(await runtime.reloadPlugin(name, { cause: 'change' })());
        });
        await Promise.all(reloads);
        return { reads: (readsOf('plugin.toml') - before) / count, stats: stats.count / count };
      };
      for (const change of ['source', 'manifest'] as const) {
        const [few, many] = [await perPlugin(10, change), await perPlugin(COUNT, change)];
        expect(many.reads).toBeLessThanOrEqual(change === 'source' ? 1 : 2);
        expect(many.stats).toBeLessThanOrEqual(few.stats + 0.1);
      }
    },
  );

  test('a file that all of them share is compiled once per text, also when all are built at once', async () => {
    const folders = pluginFolders();
    folders.write('shared.ts', 'export const step: number = 1;');
    for (let n = 0; n < COUNT; n += 1) {
      folders.plugin(`plugins/p${n}`, { 'index.ts': "export { step } from '../../shared.ts';" });
      folders.write(`plugins/p${n}/plugin.toml`, manifest(`p${n}`));
    }
    const compiler = createModuleCompiler('off');
    const made = new Set<unknown>();
    const { runtime } = startRuntime({
      compiler: {
        compile: async (path, ...rest) => {
          const result = await compiler.compile(path, ...rest);
          if (path.endsWith('shared.ts') && isRight(result)) made.add(result.right);
          return result;
        },
      },
    });
    right(await runtime.loadDirectory(folders.path('plugins'))()).map(right);
    expect(made.size).toBe(1);
    folders.write('shared.ts', 'export const step: number = 2;');
    const reloads = runtime.plugins().map(({ plugin }) => runtime.reloadPlugin(plugin)());
    for (const reload of reloads) expect(right(await reload)).toMatchObject({ from: 1, to: 2 });
    expect(made.size).toBe(2);
  });

  test('goes on with one build or swap in a turn of the loop', async () => {
    const folders = pluginFolders();
    layMany(folders, () => '');
    let [turns, waiting, mostWaiting] = [0, 0, 0];
    const { runtime } = startRuntime({
      nextTurn: async () => {
        turns += 1;
        waiting += 1;
        mostWaiting = Math.max(mostWaiting, waiting);
        await new Promise((resolve) => setImmediate(resolve));
        waiting -= 1;
      },
    });
    right(await runtime.loadDirectory(folders.dir)()).map(right);
    // Each waits at least once, before its swap.
    expect(turns).toBeGreaterThanOrEqual(COUNT);
    expect(mostWaiting).toBe(1);
  });

  test('a text whose compilation is under way is not compiled a second time', async () => {
    const compiler = createModuleCompiler('off');
    const compile = () => compiler.compile('/a/shared.ts', 'export const step: number = 1;');
    const [first, second] = await Promise.all([compile(), compile()]);

    expect(isRight(first) && isRight(second) && first.right === second.right).toBe(true);
  });
});
