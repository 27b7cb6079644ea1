import type { Look } from './Look.js';
import type { PathFilter } from './pathFilter.js';

/** A path that was asked for. */
export interface Root {
  readonly path: string;
  readonly filter: PathFilter;
  /** Levels of directories below the root that are looked into. */
  readonly depth: number;
}

/** A root that covers a directory, and how far below the root the directory lies. */
export interface View {
  readonly root: Root;
  readonly level: number;
}

export type Identity = Pick<Look, 'dev' | 'ino' | 'birthMs'>;

/** A directory that is watched, or was a moment ago. */
export interface Directory {
  readonly path: string;
  /** Files that have been reported or were there at the start: name → slot in the snapshot. */
  readonly files: Map<string, number>;
  /** Directories in it that are covered by a root; made on first use, because most directories hold none. */
  children: Map<string, Directory> | undefined;
  /** The roots that cover what lies in it. */
  views: readonly View[];
  /** Single names to watch for: roots that are files, or that are missing and wait for the next part of their path. */
  awaited: Map<string, Set<Root>> | undefined;
  /** Who it was when events were last emitted; undefined: not reported yet. */
  reported: Identity | undefined;
  /** Who it is now; undefined: gone. */
  live: Identity | undefined;
  /** Whether the backend watches it. */
  watch: 'no' | 'asked' | 'yes' | 'refused';
}

export function newDirectory(path: string): Directory {
  return {
    path,
    files: new Map(),
    children: undefined,
    views: [],
    awaited: undefined,
    reported: undefined,
    live: undefined,
    watch: 'no',
  };
}
