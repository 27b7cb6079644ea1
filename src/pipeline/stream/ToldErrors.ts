import { dirname } from 'node:path';
import type { WatchError } from '../../model/events/WatchEvent.js';
import { isUnder } from '../../model/paths.js';

/**
 * Which errors of a watch a person must hear of.
 *
 * Some paths are watched although nothing need be there: a nearer `tsconfig.json` or `package.json` in each directory above, up to that of the filesystem itself.
 * That nothing is there, and that such a directory cannot be read or is only polled, is no failure: every host would begin with one.
 */
export class ToldErrors {
  readonly #root: string;
  /** The paths that the plugins use now. */
  #used: ReadonlySet<string> = new Set();
  /** The directories of these. */
  #usedDirectories: ReadonlySet<string> = new Set();
  /** The paths that are watched although nothing need be there. */
  #lone: ReadonlySet<string> = new Set();
  /** The directories of these. */
  #loneDirectories: ReadonlySet<string> = new Set();
  /** Only what was told to have failed is told to have recovered. */
  readonly #told = new WeakSet<WatchError>();

  constructor(root: string) {
    this.#root = root;
  }

  /** From now on, these paths are watched. */
  watch(used: readonly string[], lone: readonly string[]): void {
    [this.#used, this.#usedDirectories] = [
      new Set(used),
      new Set(used.map((path) => dirname(path))),
    ];
    [this.#lone, this.#loneDirectories] = [
      new Set(lone),
      new Set(lone.map((path) => dirname(path))),
    ];
  }

  /** Whether a failure is to be told. */
  fails(error: WatchError): boolean {
    const isTold = !this.#isOfNothing(error.path);
    if (isTold) this.#told.add(error);
    return isTold;
  }

  /** Whether the end of a failure is to be told. */
  recovers(error: WatchError): boolean {
    return this.#told.delete(error);
  }

  #isOfNothing(path: string): boolean {
    if (this.#used.has(path)) return false;
    if (this.#lone.has(path)) return true;
    const isOfPlugins = path === this.#root || isUnder(path, this.#root);
    return this.#loneDirectories.has(path) && !isOfPlugins && !this.#usedDirectories.has(path);
  }
}
