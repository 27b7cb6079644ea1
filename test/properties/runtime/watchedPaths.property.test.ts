import { basename, dirname } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUnder } from '../../../src/model/paths.js';
import { diskFiles } from '../../../src/modules/adapters/diskFiles.js';
import { danglingPaths } from '../../../src/modules/files/linkedPaths.js';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { WatchedPaths } from '../../../src/runtime/registry/WatchedPaths.js';

/** A plugin whose files change as the test says. */
class Plugin {
  stamp: readonly unknown[] = [0];
  asked = 0;
  location: { readonly folder: string };

  constructor(
    folder: string,
    public read: readonly string[],
    public sought: readonly string[],
    public listing: readonly string[] = [],
  ) {
    this.location = { folder };
  }

  get files() {
    return {
      stamp: this.stamp,
      isAsAt: (stamp: readonly unknown[]) => stamp === this.stamp,
      present: () => {
        this.asked += 1;
        return this.read;
      },
      missing: () => {
        this.asked += 1;
        return this.sought;
      },
      listed: new Map(this.listing.map((directory) => [directory, 0])),
    };
  }
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 3 })
  .map((names) => `/${names.join('/')}`);
const paths = fc.array(path, { maxLength: 4 });
const sought = fc.array(
  fc.oneof(
    path,
    path.map((dir) => `${dir}/tsconfig.json`),
  ),
  { maxLength: 4 },
);
const name = fc.constantFrom('p', 'q', 'r', 's');
const act = fc.oneof(
  fc.record({
    act: fc.constant('files' as const),
    name,
    folder: path,
    read: paths,
    sought,
    listing: paths,
  }),
  fc.record({ act: fc.constant('move' as const), name, folder: path }),
  fc.record({ act: fc.constant('unload' as const), name }),
  fc.record({ act: fc.constant('candidates' as const), paths }),
  fc.record({ act: fc.constant('shared' as const), paths }),
);

/** Directories that exist. The others are looked for at the nearest one above them. */
const DIRECTORIES = new Set(['/', '/a', '/a/b', '/b']);
/** They lead to nothing. */
const LINKS: ReadonlyMap<string, string> = new Map([
  ['/b/ab', '/ab/a'],
  ['/a/b/a', '../ab'],
]);
const files: PluginFiles = {
  ...diskFiles,
  stat: (at) =>
    DIRECTORIES.has(at)
      ? { kind: 'directory', sizeBytes: 0, identity: at, isSettled: true }
      : undefined,
  readLink: (at) => LINKS.get(at),
};

/** What is to be watched, computed from nothing but how things are now. */
function expected(
  plugins: readonly Plugin[],
  candidates: readonly string[],
  shared: readonly string[],
) {
  const folders = [...candidates, ...plugins.map(({ location }) => location.folder)];
  const isOutside = (each: string) =>
    !folders.some((folder) => each === folder || isUnder(each, folder));
  const nearest = (dir: string): string => (DIRECTORIES.has(dir) ? dir : nearest(dirname(dir)));
  const used = plugins.flatMap(({ read }) => read).filter(isOutside);
  const found = plugins.flatMap((plugin) => {
    const dangling = new Set(plugin.sought.flatMap((each) => danglingPaths(files, each)));
    return plugin.sought
      .filter((each) => !dangling.has(each))
      .filter((each) => isOutside(each) && basename(each) !== 'tsconfig.json')
      .map((each) => nearest(dirname(each)))
      .filter(isOutside);
  });
  const listed = plugins.flatMap(({ listing, location: { folder } }) =>
    listing.filter((each) => isOutside(each) && !isUnder(folder, each)),
  );
  const outside = [...shared.filter(isOutside), ...used, ...listed, ...found];
  return [...new Set([...folders, ...outside])].sort();
}

/** The paths that are watched by themselves, computed from nothing but how things are now. */
function expectedSingles(plugins: readonly Plugin[]) {
  const sought = plugins.flatMap((plugin) => plugin.sought);
  const alone = [
    ...sought.filter((each) => basename(each) === 'tsconfig.json'),
    ...sought.flatMap((each) => danglingPaths(files, each)),
  ];
  const isIn = (each: string) =>
    plugins.some(({ location: { folder } }) => each === folder || isUnder(each, folder));
  return [...new Set(alone.filter((each) => !isIn(each)))].sort();
}

const byFolder = (plugins: readonly Plugin[]) =>
  new Map(plugins.map((plugin) => [plugin.location.folder, plugin]));

it('lists, after any changes in any order, what it would list without having seen any of them', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const watched = new WatchedPaths(files);
      const plugins = new Map<string, Plugin>();
      let candidates: readonly string[] = [];
      let shared: readonly string[] = [];
      let before: readonly string[] = [];
      let singlesBefore: readonly string[] = [];
      let count = 0;
      for (const each of acts) {
        count += 1;
        const touched: Plugin[] = [];
        if (each.act === 'candidates') candidates = each.paths;
        else if (each.act === 'shared') shared = each.paths;
        else if (each.act === 'unload') plugins.delete(each.name);
        else {
          const plugin = plugins.get(each.name) ?? new Plugin(each.folder, [], []);
          plugins.set(each.name, plugin);
          touched.push(plugin);
          if (each.act === 'move') plugin.location = { folder: each.folder };
          else {
            plugin.read = each.read;
            plugin.sought = each.sought;
            plugin.listing = each.listing;
            plugin.stamp = [count];
          }
        }
        const now = watched.of(plugins, candidates, shared, touched);
        expect(now).toEqual(expected([...plugins.values()], candidates, shared));
        // The same array tells that nothing is new.
        if (count > 1) expect(now === before).toBe(now.join('\n') === before.join('\n'));
        before = now;
        const { singles } = watched;
        expect(singles).toEqual(expectedSingles([...plugins.values()]));
        if (count > 1) {
          expect(singles === singlesBefore).toBe(singles.join('\n') === singlesBefore.join('\n'));
        }
        singlesBefore = singles;
      }
    }),
    { numRuns: 500 },
  );
});

it('asks only the plugin whose files have changed for its files, among any number of plugins', () => {
  const watched = new WatchedPaths(files);
  const plugins = Array.from(
    { length: 100 },
    (_, n) => new Plugin(`/a/${n}`, [`/a/${n}/x`, '/b/shared'], []),
  );
  const all = watched.of(byFolder(plugins), ['/a']);
  for (const plugin of plugins) plugin.asked = 0;
  const [first] = plugins;
  if (first !== undefined) {
    first.stamp = [1];
    first.read = ['/b/other'];
  }
  expect(watched.of(byFolder(plugins), ['/a'])).toEqual([...all, '/b/other'].sort());
  expect(watched.singles).toEqual([]);
  // Once for what it has read, and once for what it has sought.
  expect(plugins.reduce((sum, { asked }) => sum + asked, 0)).toBe(2);
});

it('a plugin more below a directory that is watched has no other plugin asked', () => {
  const watched = new WatchedPaths(files);
  const plugins: Plugin[] = [];
  for (let n = 0; n < 100; n += 1) {
    plugins.push(new Plugin(`/a/${n}`, [`/a/${n}/x`], []));
    watched.of(byFolder(plugins), ['/a']);
  }
  expect(plugins.map(({ asked }) => asked)).toEqual(plugins.map(() => 2));
});
