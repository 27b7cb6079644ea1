import type { GitignoreRules } from '../filters/GitignoreRules.js';
import type { Identity } from '../disk/Look.js';
import type { PathFilter } from '../filters/pathFilter.js';

/** A path that was asked for. */
export interface Root {
  readonly path: string;
  readonly filter: PathFilter;
  /** What the filter knows from `.gitignore` files; undefined: they mean nothing. */
  readonly gitignore?: GitignoreRules | undefined;
  /** Levels of directories below the root that are looked into. */
  readonly depth: number;
}

/** A root that covers a directory. */
export interface View {
  readonly root: Root;
  /** How far below the root the directory lies. */
  readonly level: number;
  /** What comes before a name in it, relative to the root: `''`, or `a/b/`. */
  readonly prefix: string;
}

/** A link elsewhere that leads to a file in a directory. */
export interface Alias {
  readonly directory: Directory;
  readonly name: string;
}

/** A directory that is watched, or was a moment ago. */
export interface Directory {
  readonly path: string;
  /** Files that have been reported or were there at the start: name → slot in the snapshot. */
  readonly files: Map<string, number>;
  /** Directories in it that are covered by a root; made on first use, because most directories hold none. */
  children: Map<string, Directory> | undefined;
  /** The roots that cover what lies in it. */
  views: readonly View[];
  /** Those of them for which all that was there at the start has been taken note of: what is new to them is news. */
  known: readonly View[];
  /** Single names to watch for: roots that are files, or that are missing and wait for the next part of their path. */
  awaited: Map<string, Set<Root>> | undefined;
  /** Names in it that followed links lead to. */
  aliases: Map<string, Alias[]> | undefined;
  /** Who it was when events were last emitted; undefined: not reported yet. */
  reported: Identity | undefined;
  /** Who it is now; undefined: gone. */
  live: Identity | undefined;
  /** Whether what was there at the start is known. */
  isRead: boolean;
  /** Whether the backend watches it; `refused`: it is looked at now and then instead. */
  watch: 'no' | 'asked' | 'yes' | 'refused';
}

export function newDirectory(path: string): Directory {
  return {
    path,
    files: new Map(),
    children: undefined,
    views: [],
    known: [],
    awaited: undefined,
    aliases: undefined,
    reported: undefined,
    live: undefined,
    isRead: false,
    watch: 'no',
  };
}
