import type { Resolution } from './resolveModule.js';

/** A directory at one look. */
export interface KnownDirectory {
  readonly path: string;
  readonly identity: string;
  /** Whether an equal identity proves equal names. */
  readonly isSettled: boolean;
  readonly names: ReadonlySet<string>;
}

/** Where a path leads that imports mean. */
export interface KnownImport {
  readonly resolution: Resolution;
  /** Paths before the one that was found, which have no file. */
  readonly nearer: readonly string[];
  /** The directories that decided it, as they were before. Nothing else did: no link, no `package.json`. */
  readonly directories: readonly KnownDirectory[];
  /** Whether it holds as long as the names are the same and the file is: none of the nearer paths has anything. */
  readonly isByNames: boolean;
}
