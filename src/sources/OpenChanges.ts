import type { Directory } from './Directory.js';
import type { FileSystem } from './FileSystem.js';
import type { Forest } from './Forest.js';
import { pathIn } from './Forest.js';
import { isSameIdentity } from './isSameIdentity.js';
import { isTemporaryName } from './isTemporaryName.js';
import type { Look } from './Look.js';
import { movedDirectories } from './movedDirectories.js';
import { netEvents, type NetEvent, type Touched } from './netEvents.js';
import { type OpenBatch, type SettleOptions } from './settle.js';
import { type Entry, Snapshot } from './Snapshot.js';
import { stableAfterMs } from './stableAfterMs.js';

/** Content is compared up to this length; above it, another time of writing is another content. */
const maxDigestBytes = 1024 * 1024;
/** Files whose content is read when there is time, 20 microseconds each. A touch of a file beyond them is a change. */
const maxReadCount = 20_000;
/** How long the other half of an atomic save is kept back. An editor that syncs to disk can take tens of milliseconds. */
const holdMs = 100;

/** A path that may differ from what was reported. */
interface Change {
  readonly directory: Directory;
  readonly name: string;
  readonly path: string;
  readonly firstMs: number;
  hintMs: number;
  /** What is there now; `undefined`: no file. */
  look: Look | undefined;
  /** Since when it looks like that. */
  sinceMs: number;
  /** Kept back until then. */
  heldUntilMs: number;
  digest: number;
}

/** The snapshot of what was reported, and the paths that may differ from it. Looks at the disk only when a batch closes. */
export class OpenChanges {
  readonly #options: SettleOptions & { followSymlinks: boolean; expandDirectories: boolean };
  readonly #fileSystem: FileSystem;
  readonly #snapshot = new Snapshot();
  readonly #changes = new Map<string, Change>();
  /** Directories that came, went, or became others, with the time at which that was seen. */
  readonly #directories = new Map<Directory, number>();
  /** Directories with files whose content was not read yet. */
  readonly #unread = new Set<Directory>();
  #reading: { readonly directory: Directory; readonly names: Iterator<string> } | undefined;
  #readCount = 0;
  #lastEmitMs = -Infinity;

  constructor(
    options: SettleOptions & { followSymlinks: boolean; expandDirectories: boolean },
    fileSystem: FileSystem,
  ) {
    this.#options = options;
    this.#fileSystem = fileSystem;
  }

  /** Takes a file as known without a word: it was there before anyone asked. */
  accept(directory: Directory, name: string, look: Look): void {
    directory.files.set(name, this.#snapshot.add({ ...look, digest: Number.NaN }));
    this.#unread.add(directory);
  }

  /** Whether there are files left to read, for when there is time. */
  get isReadingDue(): boolean {
    return this.#readCount < maxReadCount && (this.#reading !== undefined || this.#unread.size > 0);
  }

  /** Reads one file that was not read yet, so that a touch of it later is known for what it is. */
  readNext(nowMs: number): void {
    if (this.#reading === undefined) {
      const [directory] = this.#unread;
      if (directory === undefined) return;
      this.#unread.delete(directory);
      this.#reading = { directory, names: [...directory.files.keys()].values() };
    }
    const { directory, names } = this.#reading;
    const next = names.next();
    if (next.done === true) {
      this.#reading = undefined;
      return;
    }
    const name = next.value;
    const slot = directory.files.get(name);
    if (slot === undefined || this.#changes.has(pathIn(directory, name))) return;
    const entry = this.#snapshot.read(slot);
    if (!Number.isNaN(entry.digest) || entry.sizeBytes > maxDigestBytes) return;
    const path = pathIn(directory, name);
    const look = this.#fileSystem.look(path, this.#options.followSymlinks);
    if (look === undefined || look.kind === 'unreadable') return;
    const digest = this.#digest(path, look);
    this.#readCount += 1;
    // The digest belongs to the snapshot only if nothing changed between the two.
    const after = this.#fileSystem.look(path, this.#options.followSymlinks);
    if (after === undefined || after.kind === 'unreadable' || !isSameLook(look, after)) return;
    if (this.#snapshot.isSame(slot, look)) this.#snapshot.write(slot, { ...entry, digest });
    else this.note(directory, name, look, nowMs);
  }

  /** What a look found at a path that a hint named. */
  note(directory: Directory, name: string, look: Look | undefined, nowMs: number): void {
    const slot = directory.files.get(name);
    if (slot === undefined && look === undefined && this.#changes.size === 0) return;
    const path = pathIn(directory, name);
    const change = this.#changes.get(path);
    const isAsReported =
      slot === undefined
        ? look === undefined
        : look !== undefined && this.#snapshot.isSame(slot, look);
    if (isAsReported) {
      this.#changes.delete(path);
    } else if (change === undefined) {
      this.#changes.set(path, {
        directory,
        name,
        path,
        firstMs: nowMs,
        hintMs: nowMs,
        look,
        sinceMs: nowMs,
        heldUntilMs: 0,
        digest: Number.NaN,
      });
    } else {
      change.hintMs = nowMs;
      this.#update(change, look, nowMs);
    }
  }

  /** A directory came, went, or became another one. */
  touchDirectory(directory: Directory, nowMs: number): void {
    if (!this.#directories.has(directory)) this.#directories.set(directory, nowMs);
  }

  /** Drops what nobody wants any more, without a word. */
  forget(directory: Directory, isWanted: (name: string) => boolean): void {
    for (const [name, slot] of directory.files) {
      if (isWanted(name)) continue;
      directory.files.delete(name);
      this.#snapshot.remove(slot);
    }
    for (const [path, change] of this.#changes) {
      if (change.directory === directory && !isWanted(change.name)) this.#changes.delete(path);
    }
    this.#directories.delete(directory);
  }

  /** The batch as it stands; `undefined`: nothing is open, or all of it is kept back. */
  openBatch(nowMs: number): OpenBatch | undefined {
    let firstMs = Infinity;
    let lastHintMs = -Infinity;
    for (const change of this.#changes.values()) {
      if (change.heldUntilMs > nowMs) continue;
      firstMs = Math.min(firstMs, change.firstMs);
      lastHintMs = Math.max(lastHintMs, change.hintMs);
    }
    for (const atMs of this.#directories.values()) {
      firstMs = Math.min(firstMs, atMs);
      lastHintMs = Math.max(lastHintMs, atMs);
    }
    if (firstMs === Infinity) return undefined;
    return {
      firstMs,
      lastHintMs,
      lastEmitMs: this.#lastEmitMs,
      isOnlyEdits: () => this.#isOnlyEdits(nowMs),
      unstableForMs: () => {
        let longestMs = 0;
        for (const change of this.#changes.values()) {
          if (change.heldUntilMs > nowMs) continue;
          longestMs = Math.max(longestMs, this.#unstableForMs(change, nowMs));
        }
        return longestMs;
      },
    };
  }

  /** When the first of what is kept back is due; `undefined`: nothing is. */
  heldForMs(nowMs: number): number | undefined {
    let untilMs = Infinity;
    for (const { heldUntilMs } of this.#changes.values()) {
      if (heldUntilMs > nowMs) untilMs = Math.min(untilMs, heldUntilMs);
    }
    return untilMs === Infinity ? undefined : untilMs - nowMs;
  }

  lookAgain(nowMs: number): void {
    for (const change of [...this.#changes.values()]) {
      if (change.look === undefined || change.heldUntilMs > nowMs) continue;
      const look = this.#fileSystem.look(change.path, this.#options.followSymlinks);
      if (look?.kind === 'unreadable') continue;
      const isFile = look?.kind === 'file' || look?.kind === 'link';
      this.#update(change, isFile ? look : undefined, nowMs);
    }
  }

  /** Looks once more, and turns what holds still into events; the rest stays open. */
  close(nowMs: number, forest: Forest): readonly (readonly NetEvent[])[] {
    const isEager = this.#isOnlyEdits(nowMs);
    this.lookAgain(nowMs);
    const due = this.#due(nowMs, isEager);
    const moved = this.#options.expandDirectories ? [] : movedDirectories(this.#directories.keys());
    const touched: Touched[] = [];
    for (const change of due) {
      const before = this.#before(change);
      const isChanged =
        before !== undefined &&
        change.look !== undefined &&
        this.#isChanged(change, before, change.look);
      touched.push({ path: change.path, before, after: change.look, isChanged });
    }
    const groups = netEvents(touched, moved);
    for (const change of due) this.#commit(change);
    this.#settleDirectories(forest);
    if (groups.length > 0) this.#lastEmitMs = nowMs;
    return groups;
  }

  #isOnlyEdits(nowMs: number): boolean {
    if (this.#directories.size > 0) return false;
    for (const { look, heldUntilMs, directory, name } of this.#changes.values()) {
      if (heldUntilMs > nowMs) continue;
      if (look === undefined || !directory.files.has(name)) return false;
    }
    return true;
  }

  /** What may be reported now. The rest is marked with the time until which it is kept back, if there is one. */
  #due(nowMs: number, isEager: boolean): Change[] {
    const { settleMs, settleMaxMs } = this.#options;
    const youngMs = isEager ? 0 : Math.min(settleMs / 2, 5);
    const due: Change[] = [];
    const kept: Change[] = [];
    const goneOrReplaced: { readonly change: Change; readonly before: Entry }[] = [];
    for (const change of this.#changes.values()) {
      const before = this.#before(change);
      if (before === undefined) continue;
      if (change.look === undefined || !isSameIdentity(before, change.look)) {
        goneOrReplaced.push({ change, before });
      }
    }
    const byInode = new Map(goneOrReplaced.map((item) => [item.before.ino, item]));
    const sourceOf = (change: Change) => {
      if (change.look === undefined || change.directory.files.has(change.name)) return undefined;
      const source = byInode.get(change.look.ino);
      return source !== undefined && isSameIdentity(source.before, change.look)
        ? source
        : undefined;
    };

    for (const change of this.#changes.values()) {
      if (change.heldUntilMs > nowMs) {
        kept.push(change);
        continue;
      }
      const isNew = change.look !== undefined && !change.directory.files.has(change.name);
      const source = sourceOf(change);
      const isBackup = source?.change.look !== undefined;
      const holdUntilMs = change.firstMs + Math.max(holdMs, settleMaxMs);
      if (
        isNew &&
        settleMs > 0 &&
        nowMs < holdUntilMs &&
        (isBackup || isTemporaryName(change.name))
      ) {
        change.heldUntilMs = holdUntilMs;
        kept.push(change);
        continue;
      }
      const isMovedAsIs =
        source !== undefined &&
        change.look !== undefined &&
        source.before.mtimeMs === change.look.mtimeMs &&
        source.before.sizeBytes === change.look.sizeBytes;
      const isUnsettled =
        nowMs - change.firstMs < settleMaxMs &&
        !isMovedAsIs &&
        (nowMs - change.hintMs < youngMs || this.#unstableForMs(change, nowMs) > 0);
      (isUnsettled ? kept : due).push(change);
    }
    // A path that is gone waits for the path that it became.
    const keptWith = new Set<Change>();
    for (const change of kept) {
      const source = sourceOf(change);
      if (source === undefined || source.change.look !== undefined) continue;
      source.change.heldUntilMs = change.heldUntilMs;
      keptWith.add(source.change);
    }
    return keptWith.size === 0 ? due : due.filter((change) => !keptWith.has(change));
  }

  #unstableForMs({ directory, name, look, sinceMs }: Change, nowMs: number): number {
    const slot = directory.files.get(name);
    const before = slot === undefined ? undefined : this.#snapshot.read(slot);
    return Math.max(0, sinceMs + stableAfterMs(before, look) - nowMs);
  }

  #before({ directory, name }: Change): Entry | undefined {
    const slot = directory.files.get(name);
    return slot === undefined ? undefined : this.#snapshot.read(slot);
  }

  #update(change: Change, look: Look | undefined, nowMs: number): void {
    if (isSameLook(change.look, look)) return;
    change.look = look;
    change.sinceMs = nowMs;
    const slot = change.directory.files.get(change.name);
    const isAsReported =
      slot === undefined
        ? look === undefined
        : look !== undefined && this.#snapshot.isSame(slot, look);
    if (isAsReported) this.#changes.delete(change.path);
  }

  /** Whether the bytes differ. Reads the file only where size and times cannot tell. */
  #isChanged(change: Change, before: Entry, look: Look): boolean {
    if (before.sizeBytes !== look.sizeBytes) return true;
    const isKnown = !Number.isNaN(before.digest);
    // Only the time of change differs: mode or owner.
    if (!isKnown && before.mtimeMs === look.mtimeMs && isSameIdentity(before, look)) return false;
    change.digest = this.#digest(change.path, look);
    return !isKnown || change.digest !== before.digest;
  }

  #digest(path: string, look: Look): number {
    const digest =
      look.kind === 'link'
        ? this.#fileSystem.digestLink(path)
        : look.sizeBytes <= maxDigestBytes
          ? this.#fileSystem.digest(path, maxDigestBytes)
          : undefined;
    return digest ?? Number.NaN;
  }

  #commit({ directory, name, path, look, digest }: Change): void {
    this.#changes.delete(path);
    const slot = directory.files.get(name);
    if (look === undefined) {
      directory.files.delete(name);
      if (slot !== undefined) this.#snapshot.remove(slot);
    } else if (slot === undefined) {
      directory.files.set(name, this.#snapshot.add({ ...look, digest }));
    } else this.#snapshot.write(slot, { ...look, digest });
    if (look !== undefined && Number.isNaN(digest)) this.#unread.add(directory);
  }

  #settleDirectories(forest: Forest): void {
    for (const directory of this.#directories.keys()) {
      if (directory.live !== undefined) {
        directory.reported = directory.live;
        this.#directories.delete(directory);
      } else if (directory.files.size === 0) {
        this.#directories.delete(directory);
        directory.reported = undefined;
        if (forest.get(directory.path) === directory) forest.drop(directory);
      }
    }
  }
}

function isSameLook(a: Look | undefined, b: Look | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.mtimeMs === b.mtimeMs &&
    a.sizeBytes === b.sizeBytes &&
    a.ctimeMs === b.ctimeMs &&
    isSameIdentity(a, b)
  );
}
