import { type ChangeSince, changeSince } from '../disk/changeSince.js';
import { isSameIdentity, type Look } from '../disk/Look.js';
import type { Entry, Snapshot } from '../disk/Snapshot.js';
import type { WallClock } from '../disk/WallClock.js';
import type { Directory } from '../forest/Directory.js';
import type { PendingChange } from './PendingChange.js';

/** A file that waits for its first look; `name` undefined: the directory itself is to be looked at. */
export interface NamedFile {
  readonly directory: Directory;
  readonly name: string | undefined;
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
  /** Those of which files are left after a round: they are known when their hints are followed, or their changes reported. */
  readonly #leftOver: Directory[] = [];
  /** The directory whose files are being looked at, with the names that are left. */
  #next: { readonly directory: Directory; readonly names: Iterator<string> } | undefined;

  constructor(snapshot: Snapshot, wall: WallClock) {
    this.#snapshot = snapshot;
    this.#wall = wall;
  }

  /** `listedAtMs`: the wall clock's time before the directory was listed, when it was watched already. */
  add(directory: Directory, names: readonly string[], listedAtMs: number): void {
    if (directory.live === undefined) return;
    directory.files.addAll(names, (count) => this.#snapshot.addNamed(count, listedAtMs));
    directory.named = { identity: directory.live, listedAtMs };
    this.#directories.push(directory);
  }

  /** Whether files may be left that were not looked at, or looks that were not confirmed. */
  get isLeft(): boolean {
    return this.#next !== undefined || this.#directories.length > 0 || this.#leftOver.length > 0;
  }

  /**
   * The next file that was not looked at yet, or, with no name, a directory whose files were: it is to be looked at, and then `confirm`ed.
   * `undefined`: there is none before the next round.
   */
  next(): NamedFile | undefined {
    for (;;) {
      if (this.#next === undefined) {
        const directory = this.#directories.pop();
        if (directory === undefined) return undefined;
        this.#next = { directory, names: directory.files.names().values() };
      }
      const { directory, names } = this.#next;
      const next = names.next();
      if (next.done === true) {
        this.#next = undefined;
        return { directory, name: undefined };
      }
      if (this.#isNamed(directory, next.value)) return { directory, name: next.value };
    }
  }

  /** Begins a round with what the last one left, if that has ended. */
  beginRound(): void {
    if (this.#next === undefined && this.#directories.length === 0) {
      this.#directories.push(...this.#leftOver.splice(0));
    }
  }

  /** Confirms the first looks at files of a directory that was looked at after them. Returns whether they are confirmed. */
  confirm(directory: Directory): boolean {
    const { files, live, named } = directory;
    if (named === undefined || live === undefined) return false;
    // Another directory has its place: files that were not looked at there wait for their looks, as changed.
    if (!isSameIdentity(named.identity, live)) return false;
    let isAnyLeft = false;
    for (const name of files.names()) {
      const slot = files.get(name);
      if (slot === undefined) continue;
      this.#snapshot.confirm(slot);
      isAnyLeft ||= this.#snapshot.stateOf(slot) === 'named';
    }
    if (isAnyLeft) this.#leftOver.push(directory);
    else directory.named = undefined;
    return true;
  }

  /**
   * A directory is gone, or another took its place: since when is not known. Forgets the first looks that were not confirmed, because they may
   * have been looks at files of the other one.
   */
  forgetLooks({ files, named }: Directory): void {
    if (named === undefined) return;
    for (const name of files.names()) {
      const slot = files.get(name);
      const state = slot === undefined ? undefined : this.#snapshot.stateOf(slot);
      if (slot === undefined || (state !== 'unconfirmed' && state !== 'unclear')) continue;
      this.#snapshot.writeNamed(slot, named.listedAtMs);
    }
  }

  /** Records the first look at a file, if it is that: as what the file was at the start, unless it was changed since. */
  noteLook(directory: Directory, slot: number, look: Look): void {
    const namedAtMs = this.#snapshot.namedAtMs(slot);
    if (namedAtMs === undefined) return;
    const since = this.#since(look, namedAtMs, directory, directory);
    if (since === 'since') return;
    const state = since === 'before' ? 'unconfirmed' : 'unclear';
    this.#snapshot.write(slot, look, Number.NaN, state);
  }

  /** Whether a file that is known by name may have been changed since it was listed. */
  mayDiffer({ directory, before, look }: PendingChange): boolean {
    if (before?.namedAtMs === undefined || look === undefined) return true;
    return this.#since(look, before.namedAtMs, directory, directory) !== 'before';
  }

  /**
   * What a file that is gone was at the start, if that can be told. It may have moved with its directory: when it was not changed since it was
   * listed, it is what it was. A file that was renamed on its own has a time of that rename.
   *
   * @param after - The change of the path that it has if it moved so.
   */
  beforeOf(
    { before, directory }: PendingChange,
    after: PendingChange | undefined,
  ): Entry | undefined {
    if (before?.namedAtMs === undefined || after?.look === undefined) return before;
    const since = this.#since(after.look, before.namedAtMs, directory, after.directory);
    return since === 'before' ? entryOf(after.look) : before;
  }

  /** Whether a look at a file tells a change since it was listed in `from`. It was found in `to`, which may be another directory. */
  #since(look: Look, namedAtMs: number, from: Directory, to: Directory): ChangeSince {
    const isSame = from.named && to.live && isSameIdentity(from.named.identity, to.live);
    // Another directory may have taken its place: a move changes no time of the files in it.
    return isSame === true ? changeSince(look, namedAtMs, this.#wall.read()) : 'since';
  }

  #isNamed({ files }: Directory, name: string): boolean {
    const slot = files.get(name);
    return slot !== undefined && this.#snapshot.namedAtMs(slot) !== undefined;
  }
}

function entryOf({ dev, ino, birthMs, mtimeMs, ctimeMs, sizeBytes }: Look): Entry {
  return { dev, ino, birthMs, mtimeMs, ctimeMs, sizeBytes, digest: Number.NaN, isFresh: false };
}
