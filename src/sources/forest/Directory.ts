import { sep } from 'node:path';
import type { Identity } from '../disk/Look.js';
import type { GitignoreRules } from '../filters/GitignoreRules.js';
import type { PathFilter } from '../filters/pathFilter.js';
import { FileSlots } from './FileSlots.js';

/** A path that the caller of `watch` asked for. */
export interface Root {
  readonly path: string;
  readonly filter: PathFilter;
  /** What the filter knows from `.gitignore` files; undefined: they are not applied. */
  readonly gitignore?: GitignoreRules | undefined;
  /** How many levels of directories below the root are watched. */
  readonly depth: number;
}

/** A root, as seen from a directory that it covers. */
export class View {
  readonly root: Root;
  /** How many levels below the root the directory is. */
  readonly level: number;
  readonly #path: string;

  /** `path`: that of the directory. */
  constructor(root: Root, level: number, path: string) {
    this.root = root;
    this.level = level;
    this.#path = path;
  }

  /**
   * Path of the directory relative to the root, to put before a name in it: `''`, or `a/b/`. It is made when it is asked for: ten thousand
   * directories have it in their paths already.
   */
  get prefix(): string {
    if (this.level === 0) return '';
    const { path } = this.root;
    const relative = this.#path.slice(path.endsWith(sep) ? path.length : path.length + 1);
    return `${sep === '/' ? relative : relative.replaceAll(sep, '/')}/`;
  }
}

/** A link in another directory whose target is a file in this one. */
export interface Alias {
  readonly directory: Directory;
  readonly name: string;
}

/** A directory that is watched, or was until the open batch is emitted. */
export interface Directory {
  readonly path: string;
  /** Files that were reported, or were there at the start, with their slots in the snapshot. */
  readonly files: FileSlots;
  /** Directories in it that a root covers; created on first use, because most directories hold none. */
  children: Map<string, Directory> | undefined;
  /** The roots that cover its content. */
  views: readonly View[];
  /**
   * The views whose first listing is done. A new name is an event for them; for the other views it was there at the
   * start.
   */
  synced: readonly View[];
  /** Single names to watch for: roots that are files, and the next part of the path of roots that do not exist yet. */
  awaited: Map<string, Set<Root>> | undefined;
  /** Names in it that are targets of followed links. */
  aliases: Map<string, Alias[]> | undefined;
  /** Its identity when events were last emitted; undefined: it was not there. */
  reported: Identity | undefined;
  /** Its identity now; undefined: it is gone. */
  live: Identity | undefined;
  /** Set while files in it are known by name: what it was when they were listed. */
  namedAs: Identity | undefined;
  /**
   * Whether a look in it found nothing since it was last listed. Perhaps the directory was away then, and came back: it is what it was, and no
   * hint will name what is in it.
   */
  isNameGone: boolean;
  /** Whether a listing of it was completed since it was last watched. */
  isListed: boolean;
  /** Whether the backend watches it. `asked`: no answer yet; `refused`: it cannot, so the directory is polled. */
  watch: 'no' | 'asked' | 'yes' | 'refused';
}

export function newDirectory(path: string): Directory {
  return {
    path,
    files: new FileSlots(),
    children: undefined,
    views: [],
    synced: [],
    awaited: undefined,
    aliases: undefined,
    reported: undefined,
    live: undefined,
    namedAs: undefined,
    isNameGone: false,
    isListed: false,
    watch: 'no',
  };
}
