import { dirname, extname, join, relative, sep } from 'node:path';
import { isUnder } from '../model/paths.js';
import type { PluginFiles } from './files/PluginFiles.js';

/** What is loaded by its extension, and not as text of JavaScript. */
const KNOWN_EXTENSIONS = new Set('.js .cjs .mjs .jsx .ts .cts .mts .tsx .json'.split(' '));
/** So many levels of directories above a file are taken for folders of one listing: `commands/<area>/<group>/<command>` has two. */
const MAX_LEVELS = 3;
/** One level more is looked at below the folders that are known. More would be a whole tree. */
const MAX_DEPTH = MAX_LEVELS + 1;

/** A directory, and how many levels of directories in it count with it. */
interface Listed {
  readonly depth: number;
  /** What could be loaded from it when it was noted: paths from there. */
  readonly names: readonly string[];
}

/**
 * Where a version loads files by computed names, by `require` or `import()`. Such code mostly reads the names from the directory, and often those
 * of directories beside it too. So a file that appears there is one that it would load.
 *
 * - `#listed`: the directories, and what they held.
 * - `changeCount`: how often it became another list.
 */
export class ListedDirectories {
  readonly #listed = new Map<string, Listed>();
  changeCount = 0;

  /** Notes that a file was loaded by a computed name. Returns whether the list is another one now. */
  note(files: Pick<PluginFiles, 'list'>, path: string, importer: string): boolean {
    const directory = dirname(path);
    // Nobody lists what is installed to load each of it.
    if (directory.split(sep).includes('node_modules')) return false;
    const before = this.changeCount;
    const importing = dirname(importer);
    const holdsImporter = (one: string) => importing === one || isUnder(importing, one);
    // A folder of such files may get folders. Those beside the importer have nothing to do with it.
    const below = holdsImporter(directory) ? 0 : 1;
    if (isUnder(directory, importing)) {
      const top = nearTop(directory, importing);
      const depth = relative(top, directory).split(sep).filter(Boolean).length;
      this.#add(files, top, depth + below);
    } else {
      this.#add(files, directory, below);
      const above = dirname(directory);
      const isBeside = [...this.#listed.keys()].some(
        (one) => one !== directory && dirname(one) === above,
      );
      if (isBeside && !holdsImporter(above)) this.#add(files, above, 1 + below);
    }
    return this.changeCount > before;
  }

  #add(files: Pick<PluginFiles, 'list'>, directory: string, depth: number): void {
    if ((this.#listed.get(directory)?.depth ?? -1) >= depth) return;
    this.#listed.set(directory, { depth, names: loadableNames(files, directory, depth) });
    this.changeCount += 1;
  }

  /** Each directory, and how many levels of directories in it count with it. */
  get depths(): readonly (readonly [directory: string, depth: number])[] {
    return Array.from(this.#listed, ([directory, { depth }]) => [directory, depth]);
  }

  has(directory: string): boolean {
    return this.#listed.has(directory);
  }

  /** Whether the same could be loaded from each as when it was noted. */
  isAsNoted(files: Pick<PluginFiles, 'list'>): boolean {
    return [...this.#listed].every(
      ([directory, { depth, names }]) =>
        loadableNames(files, directory, depth).join('\0') === names.join('\0'),
    );
  }

  /** What could be loaded from a directory now and could not when it was noted: the paths. None when it was not noted. */
  appearedIn(files: Pick<PluginFiles, 'list'>, directory: string): readonly string[] {
    const listed = this.#listed.get(directory);
    if (listed === undefined) return [];
    const known = new Set(listed.names);
    return loadableNames(files, directory, listed.depth)
      .filter((name) => !known.has(name))
      .map((name) => join(directory, name));
  }
}

/**
 * The plugins, or whatever has such directories, that may load what appears at a path: `depthsOf` tells for a directory above it who lists that,
 * and how deep.
 */
export function* listersOf<A>(
  path: string,
  depthsOf: (directory: string) => Iterable<readonly [lister: A, depth: number]>,
): Iterable<readonly [lister: A, directory: string]> {
  let directory = dirname(path);
  for (let level = 0; level <= MAX_DEPTH && directory !== dirname(directory); level += 1) {
    for (const [lister, depth] of depthsOf(directory)) {
      if (depth >= level) yield [lister, directory];
    }
    directory = dirname(directory);
  }
}

/** Whether a file is loaded by its extension, and not as text of JavaScript. */
export function hasKnownExtension(path: string): boolean {
  return KNOWN_EXTENSIONS.has(extname(path));
}

/** Of a directory below that of the importer, the outermost that is still below it: of `commands/fun`, for a file beside `commands`, `commands`. */
function nearTop(directory: string, importing: string): string {
  let top = directory;
  for (let level = 0; level < MAX_LEVELS && dirname(top) !== importing; level += 1) {
    top = dirname(top);
  }
  return top;
}

/** What could be loaded from a directory, and from so many levels of directories in it: the paths from there. */
function loadableNames(
  files: Pick<PluginFiles, 'list'>,
  directory: string,
  depth: number,
): readonly string[] {
  return listOf(files, directory).flatMap((name) => {
    if (hasKnownExtension(name)) return [name];
    if (depth === 0 || name === 'node_modules' || name.startsWith('.')) return [];
    return loadableNames(files, join(directory, name), depth - 1).map((below) => join(name, below));
  });
}

function listOf(files: Pick<PluginFiles, 'list'>, directory: string): readonly string[] {
  try {
    return files.list(directory);
  } catch {
    return [];
  }
}
