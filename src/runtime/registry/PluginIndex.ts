import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { isUnder } from '../../model/paths.js';
import { type PluginFiles, realPathOf } from '../../modules/files/PluginFiles.js';
import { attemptRead } from '../../modules/files/readStableText.js';
import { listersOf } from '../../modules/ListedDirectories.js';
import { directoryOf, manifestNames, PACKAGE_FILE } from '../manifest/findManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import { PathOwners } from './PathOwners.js';

/** Real directories that are remembered. */
const MAX_DIRECTORIES_COUNT = 10_000;
/** Files beside a manifest that decide how the others are read. */
const SETTINGS: ReadonlySet<string> = new Set([PACKAGE_FILE, 'tsconfig.json', 'jsconfig.json']);

/** What is known of the paths of one plugin. */
export interface PluginPaths {
  /** What the paths were found from. */
  readonly from: {
    readonly manifestPath: string | undefined;
    readonly manifest: unknown;
    readonly stamp: readonly unknown[];
  };
  readonly folder: string;
  /** Each file that the plugin has read or looked for, its manifest and settings: as it was found, and as it is spelled below its folder. */
  readonly files: ReadonlySet<string>;
  /** Each directory above one of these. */
  readonly directories: ReadonlySet<string>;
  /** Directories where each name counts, since a computed name chose among them, and how many levels of directories in each count with it. */
  readonly listed: ReadonlyMap<string, number>;
  /** Patterns of `reload-on`. */
  readonly patterns: readonly string[];
  /** A link leads from the folder to the code, as in a mounted ConfigMap: each path in the folder may be on the way. */
  readonly isLinked: boolean;
}

/**
 * Which plugins use a path, for all plugins of a runtime. It is brought up to date when it is asked, and at the end of each load, for the plugins
 * that may have changed since. No other plugin is asked anything.
 */
export class PluginIndex {
  /** Nobody watches yet: loads need not bring it up to date. */
  #isIdle = true;
  /** The plugins whose files, or whose place, may be others than those that are known. */
  readonly #touched = new Set<PluginSlot>();
  readonly #known = new Map<PluginSlot, PluginPaths>();
  readonly #files = new PathOwners<PluginSlot>();
  readonly #directories = new PathOwners<PluginSlot>();
  readonly #folders = new PathOwners<PluginSlot>();
  /** Who loads files by computed names from a directory. */
  readonly #listed = new PathOwners<PluginSlot>();
  /** Directory → the plugins whose folder it is, or is in. */
  readonly #owners = new Map<string, readonly PluginSlot[]>();
  /** The plugins that wait for others. */
  readonly #waiting = new Set<PluginSlot>();
  /** Directory → its path without links. Forgotten with each change that concerns a plugin, since a link may have been led elsewhere. */
  readonly #realDirectories = new Map<string, string>();

  /** Somebody watches, and will ask: from now on each load brings its plugin up to date. */
  begin(): void {
    this.#isIdle = false;
  }

  /** What a plugin uses may have changed. */
  touch(slot: PluginSlot): void {
    this.#touched.add(slot);
    this.forgetLinks();
  }

  /** The plugin is gone. */
  forget(slot: PluginSlot): void {
    this.#touched.delete(slot);
    this.#waiting.delete(slot);
    if (this.#known.has(slot)) this.#replace(slot, undefined);
    this.forgetLinks();
  }

  /** Brings what is known of one plugin up to date: work of its load, which the next change of any file need not do for all. */
  update(slot: PluginSlot): void {
    if (!this.#isIdle) this.#bring(slot);
  }

  get waiting(): ReadonlySet<PluginSlot> {
    this.#refresh();
    return this.#waiting;
  }

  /** The plugins that use a file at this path, or would if there were one. */
  usersOf(path: string): ReadonlySet<PluginSlot> | undefined {
    this.#refresh();
    return this.#files.of(path);
  }

  /** The plugins that use a file below this path. */
  usersBelow(path: string): ReadonlySet<PluginSlot> | undefined {
    return this.#directories.of(path);
  }

  /** The plugins that load files by computed names where a path is, and the directory that they list. */
  listersOf(path: string): Iterable<readonly [PluginSlot, string]> {
    return listersOf(path, (directory) =>
      Array.from(this.#listed.of(directory) ?? [], (slot) => {
        return [slot, this.#known.get(slot)?.listed.get(directory) ?? 0] as const;
      }),
    );
  }

  /** The plugins whose folder a path is, or is in. */
  ownersOf(path: string): readonly PluginSlot[] {
    this.#refresh();
    const own = this.#folders.of(path);
    const above = this.#ownersOfDirectory(dirname(path));
    return own === undefined ? above : [...own, ...above];
  }

  #ownersOfDirectory(directory: string): readonly PluginSlot[] {
    const known = this.#owners.get(directory);
    if (known !== undefined) return known;
    const above = dirname(directory);
    const own = this.#folders.of(directory) ?? [];
    const owners = above === directory ? [...own] : [...own, ...this.#ownersOfDirectory(above)];
    if (this.#owners.size >= MAX_DIRECTORIES_COUNT) this.#owners.clear();
    this.#owners.set(directory, owners);
    return owners;
  }

  pathsOf(slot: PluginSlot): PluginPaths | undefined {
    return this.#known.get(slot);
  }

  /** The path without links in the directories above it, as far as it is known; undefined when it is the same. */
  realPath(path: string, files: PluginFiles): string | undefined {
    const directory = dirname(path);
    const real = this.#realDirectories.get(directory) ?? realPathOf(files, directory);
    if (this.#realDirectories.size >= MAX_DIRECTORIES_COUNT) this.forgetLinks();
    this.#realDirectories.set(directory, real);
    return real === directory ? undefined : join(real, basename(path));
  }

  forgetLinks(): void {
    this.#realDirectories.clear();
  }

  #refresh(): void {
    this.#isIdle = false;
    for (const slot of this.#touched) this.#bring(slot);
  }

  #bring(slot: PluginSlot): void {
    this.#touched.delete(slot);
    if (slot.awaited.size > 0) this.#waiting.add(slot);
    else this.#waiting.delete(slot);
    const known = this.#known.get(slot);
    if (isCurrent(slot, known)) return;
    this.#replace(slot, pathsOf(slot, known));
    this.forgetLinks();
  }

  #replace(slot: PluginSlot, paths: PluginPaths | undefined): void {
    const before = this.#known.get(slot) ?? NOTHING;
    const now = paths ?? NOTHING;
    this.#files.replace(slot, before.files, now.files);
    this.#directories.replace(slot, before.directories, now.directories);
    this.#listed.replace(slot, new Set(before.listed.keys()), new Set(now.listed.keys()));
    if (before.folder !== now.folder) {
      const folderOf = (of: PluginPaths) => new Set(of === NOTHING ? [] : [of.folder]);
      this.#folders.replace(slot, folderOf(before), folderOf(now));
      this.#owners.clear();
    }
    if (paths === undefined) this.#known.delete(slot);
    else this.#known.set(slot, paths);
  }
}

const NOTHING: PluginPaths = {
  from: { manifestPath: undefined, manifest: undefined, stamp: [] },
  folder: '',
  files: new Set(),
  directories: new Set(),
  listed: new Map(),
  patterns: [],
  isLinked: false,
};

function isCurrent(
  { location, files, serving }: PluginSlot,
  known: PluginPaths | undefined,
): boolean {
  return (
    known?.folder === location.folder &&
    known.from.manifestPath === location.manifestPath &&
    known.from.manifest === serving?.version.manifest &&
    files.isAsAt(known.from.stamp)
  );
}

function pathsOf(slot: PluginSlot, before: PluginPaths | undefined): PluginPaths {
  const { location, environment, files, serving } = slot;
  const { folder } = location;
  const manifests = [serving?.version.manifest.manifest, files.triedManifest].filter(
    (manifest) => manifest !== undefined,
  );
  const directory = directoryOf(location);
  const realDirectory = realPathOf(environment.files, directory);
  const entries = manifests.map(({ source }) => source);
  const own = location.implied?.isFile === true ? [] : [...manifestNames, ...SETTINGS];
  const found = new Set<string>();
  for (const path of [...files.present(), ...files.missing(), ...files.listed.keys()]) {
    found.add(path);
    if (realDirectory !== directory && isUnder(path, realDirectory)) {
      found.add(directory + path.slice(realDirectory.length));
    }
  }
  for (const name of [...own, ...entries]) found.add(join(directory, name));
  if (location.manifestPath !== undefined) found.add(location.manifestPath);
  return {
    from: {
      manifestPath: location.manifestPath,
      manifest: serving?.version.manifest,
      stamp: files.stamp,
    },
    folder,
    files: found,
    directories: ancestorsOfAll(found),
    listed: files.listed,
    patterns: manifests.flatMap((manifest) => manifest['reload-on'] ?? []),
    isLinked: entries.some((source) => {
      const entry = attemptRead(() => environment.files.realPath(join(directory, source)), source);
      // While there is no entry, it is as it was.
      return E.isLeft(entry)
        ? before?.isLinked === true
        : entry.right !== join(realDirectory, source);
    }),
  };
}

function ancestorsOfAll(paths: Iterable<string>): ReadonlySet<string> {
  const above = new Set<string>();
  for (const path of paths) {
    for (let at = dirname(path); !above.has(at); at = dirname(at)) above.add(at);
  }
  return above;
}
