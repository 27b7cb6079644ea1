import { type ChangeSince, changeSince } from '../disk/changeSince.js';
import { isSameIdentity, type Look } from '../disk/Look.js';
import type { Snapshot } from '../disk/Snapshot.js';
import type { WallClock } from '../disk/WallClock.js';
import type { Directory } from '../forest/Directory.js';

/** Files of one directory that wait for their first looks. */
export interface WaitingFiles {
  readonly directory: Directory;
  readonly names: readonly string[];
}

/**
 * Files that were there at the start and are known by name. Of a large tree, only the first files are looked at before everything is watched:
 * the others wait until the session has nothing else to do, or until a hint names them.
 *
 * Until then nobody knows what such a file was at the start. Its times tell whether it was changed since, and in doubt it was.
 */
export class NamedFiles {
  readonly #snapshot: Snapshot;
  readonly #wall: WallClock;
  /** Directories with such files. */
  readonly #directories: Directory[] = [];
  /** Those that wait for the next round: their files are known when their hints are followed, or their changes reported. */
  readonly #leftOver = new Set<Directory>();
  /** The directory whose files are being looked at, with the names that are left. */
  #next: { readonly directory: Directory; readonly names: IterableIterator<string> } | undefined;

  constructor(snapshot: Snapshot, wall: WallClock) {
    this.#snapshot = snapshot;
    this.#wall = wall;
  }

  /** `listedAtMs`: the wall clock's time before the directory was listed, when it was watched already. */
  add(directory: Directory, names: readonly string[], listedAtMs: number): void {
    if (directory.live === undefined) return;
    directory.files.addAll(names, (count) => this.#snapshot.addNamed(count, listedAtMs));
    directory.namedAs = directory.live;
    this.#directories.push(directory);
  }

  /** Whether files may be left that were not looked at. */
  get isLeft(): boolean {
    return this.#next !== undefined || this.#directories.length > 0 || this.#leftOver.size > 0;
  }

  /** Begins a round with what the last one left, if that has ended. */
  beginRound(): void {
    if (this.#next !== undefined || this.#directories.length > 0) return;
    this.#directories.push(...this.#leftOver);
    this.#leftOver.clear();
  }

  /** The next files of a directory that are to be looked at, so many at most; `undefined`: there is none before the next round. */
  take(maxCount: number): WaitingFiles | undefined {
    for (;;) {
      if (this.#next === undefined) {
        const directory = this.#directories.pop();
        if (directory === undefined) return undefined;
        // It is gone, or released. When it is found again, it is put back.
        if (directory.live === undefined) continue;
        this.#next = { directory, names: directory.files.names().values() };
      }
      const { directory, names } = this.#next;
      const waiting: string[] = [];
      for (const name of names) {
        if (this.has(directory, name)) waiting.push(name);
        if (waiting.length >= maxCount) break;
      }
      if (waiting.length > 0) return { directory, names: waiting };
      this.#next = undefined;
      this.putBack(directory);
    }
  }

  /** Has the files of a directory looked at in the next round, as far as they were not by then. */
  putBack(directory: Directory): void {
    if (directory.namedAs === undefined || directory.live === undefined) return;
    const isAnyLeft = directory.files.names().some((name) => this.has(directory, name));
    if (isAnyLeft) this.#leftOver.add(directory);
    else directory.namedAs = undefined;
  }

  /** Whether a file was not looked at yet. */
  has({ files, namedAs }: Directory, name: string): boolean {
    if (namedAs === undefined) return false;
    const slot = files.get(name);
    return slot !== undefined && this.#snapshot.namedAtMs(slot) !== undefined;
  }

  /**
   * Records the first look at a file: as what the file was at the start, unless it was changed since.
   *
   * @param isHinted - Whether the backend named this very file.
   * @param isAsItWas - Looks at the directory, if that matters: another one may have taken its place, and a move changes no time of the files in it.
   */
  noteLook(
    directory: Directory,
    name: string,
    look: Look,
    isHinted: boolean,
    isAsItWas: () => boolean,
  ): void {
    const slot = directory.files.get(name);
    if (slot === undefined) return;
    const since = this.#since(directory, slot, look);
    // What is hinted at and may have been changed is reported.
    if (since === 'since' || (isHinted && since === 'unclear') || !isAsItWas()) return;
    this.#snapshot.write(slot, look, Number.NaN, since === 'before' ? 'settled' : 'unclear');
  }

  /** Whether a look at a file tells a change since the file was listed. */
  #since({ namedAs, live }: Directory, slot: number, look: Look): ChangeSince {
    const namedAtMs = this.#snapshot.namedAtMs(slot);
    // Only plain files are known by name: this one became a link. Of one that is followed, these are the times of another file.
    if (namedAtMs === undefined || look.kind !== 'file' || look.isFollowed) return 'since';
    // Another directory has its place.
    if (namedAs === undefined || live === undefined || !isSameIdentity(namedAs, live))
      return 'since';
    return changeSince(look, namedAtMs, this.#wall.read());
  }
}
