import type { Look } from '../disk/Look.js';
import { type Snapshot, stateOf } from '../disk/Snapshot.js';
import type { WallClock } from '../disk/WallClock.js';
import type { Directory } from '../forest/Directory.js';
import { pathIn } from '../forest/Forest.js';
import type { Contents } from './Contents.js';
import type { NamedFiles } from './NamedFiles.js';
import type { NetEvent } from './netEvents.js';
import type { PendingLooks } from './PendingLooks.js';

export interface InitialFilesOptions {
  /** Whether files that existed before they were watched are events. */
  readonly initial: boolean;
  /** So many of them are looked at before `onReady`. Those that are listed later are known by name at first: see `NamedFiles`. */
  readonly firstLookCount: number;
}

export interface InitialFilesPorts {
  readonly snapshot: Snapshot;
  readonly named: NamedFiles;
  readonly contents: Contents;
  readonly looks: PendingLooks;
  readonly wall: WallClock;
}

/** Records the files that existed before they were watched: what a look found, or of a large tree the names alone. */
export class InitialFiles {
  readonly #options: InitialFilesOptions;
  readonly #ports: InitialFilesPorts;
  /** Paths that are to be reported. */
  readonly #paths: string[] = [];
  #lookCount = 0;

  constructor(options: InitialFilesOptions, ports: InitialFilesPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Records a file that was looked at. */
  add(directory: Directory, name: string, look: Look): void {
    const { contents, looks, snapshot } = this.#ports;
    this.#lookCount += 1;
    this.#report(directory, name);
    const state = stateOf(looks.ageOf(look, directory));
    directory.files.set(name, snapshot.add(look, Number.NaN, state));
    contents.postpone(directory);
  }

  /** How many more files are to be looked at before `onReady`; Infinity: all in that directory. */
  looksLeft(directory: Directory): number {
    // Without times that can be compared to the wall clock, and inodes, nothing tells later what a file was at the start.
    if (!this.#ports.looks.areTimesOurs(directory) || directory.live?.ino === 0) return Infinity;
    return Math.max(0, this.#options.firstLookCount - this.#lookCount);
  }

  /** The time for `addNamed`: call it before the directory is listed. */
  listingMs(): number {
    return this.#ports.wall.read().nowMs;
  }

  /** Records files by name. `listedAtMs`: see `listingMs`. */
  addNamed(directory: Directory, names: readonly string[], listedAtMs: number): void {
    if (names.length === 0) return;
    for (const name of names) this.#report(directory, name);
    this.#ports.named.add(directory, names, listedAtMs);
  }

  /** The events of files that were not taken yet. */
  takeEvents(): readonly NetEvent[] {
    const paths = this.#paths.splice(0).sort();
    return paths.map((path) => ({ _tag: 'Created', path, kind: 'file' }));
  }

  #report(directory: Directory, name: string): void {
    if (this.#options.initial) this.#paths.push(pathIn(directory, name));
  }
}
