import type { SchedulerLike } from 'rxjs';
import type { StateFiles } from '../../../state/disk/StateFiles.js';
import type { DiskOutage } from '../disks/DiskOutage.js';
import type { StateDisk } from '../disks/StateDisk.js';

/** How long a flush takes, in milliseconds. */
const SYNC_MS = 1;
/** Bytes that one write takes: less than a record, so that each record needs several writes. */
const WRITE_BYTES = 200;

interface Failure {
  readonly code: string;
  /** Calls that still succeed before the first failing one. */
  passCount: number;
  /** Calls that still have to fail. */
  failCount: number;
}

/** One host's access to the state disk. Calls may be made to fail, and one call may be the host's last. */
export class StateDiskAccess {
  /** The port that the store uses. */
  readonly files: StateFiles;
  readonly #scheduler: SchedulerLike;
  /** Time that has passed, which is not that of the wall clock. */
  readonly #elapsedMs: () => number;
  readonly #host: { readonly isDead: boolean; die(): void };
  /** Calls that are made to fail; undefined when none are. */
  #failure: Failure | undefined;
  readonly #outage: DiskOutage;
  /** Is told of each call that was made to fail. */
  readonly #onFailure: () => void;
  /** Calls that the host still survives. */
  #callsUntilDeath = Infinity;

  constructor(
    { disk, outage }: { readonly disk: StateDisk; readonly outage: DiskOutage },
    scheduler: SchedulerLike & { readonly elapsedMs: number },
    host: { readonly isDead: boolean; die(): void },
    onFailure: () => void,
  ) {
    this.#outage = outage;
    this.#onFailure = onFailure;
    this.#scheduler = scheduler;
    this.#elapsedMs = () => scheduler.elapsedMs;
    this.#host = host;
    this.files = {
      home: () => '/home',
      isDirectory: (path) => disk.isDirectory(path),
      list: (dir) => this.#call(() => disk.list(dir)),
      makeDirectory: (dir) => this.#write(() => disk.makeDirectory(dir)),
      create: (path) => this.#write(() => disk.create(path)),
      write: (file, bytes, offset) =>
        this.#write(() => disk.write(file, bytes, offset, WRITE_BYTES)),
      sync: (file) => this.#flush(() => disk.sync(file)),
      close: (file) => disk.close(file),
      link: (from, to) => this.#write(() => disk.link(from, to)),
      rename: (from, to) => this.#call(() => disk.rename(from, to)),
      syncDirectory: (dir) => this.#flush(() => disk.syncDirectory(dir)),
      remove: (path) => this.#call(() => disk.remove(path)),
      read: (path, maxBytes) =>
        Promise.resolve().then(() => this.#call(() => disk.read(path, maxBytes))),
    };
  }

  /** After `afterCalls` more calls, `count` calls fail with this code. */
  fail(code: string, afterCalls: number, count: number): void {
    this.#failure = { code, passCount: afterCalls, failCount: count };
  }

  /** For this long, each call that writes fails with this code; `isWhole`: each call that reads, too. */
  failFor(code: string, forMs: number, isWhole: boolean): void {
    this.#outage.begin({ code, untilMs: this.#elapsedMs() + forMs, isWhole });
  }

  /** The host dies in the call after the next `count` ones, before that call changes anything. */
  dieAfterCalls(count: number): void {
    this.#callsUntilDeath = count;
  }

  /** Ends all faults. */
  heal(): void {
    this.#failure = undefined;
    this.#outage.end();
    this.#callsUntilDeath = Infinity;
  }

  /** A call that needs no room: reading, removing, renaming. A full disk takes it. */
  #call<A>(work: () => A): A {
    this.#enter();
    this.#meetOutage(true);
    return work();
  }

  /** A call that writes, and fails while the disk takes no more. */
  #write<A>(work: () => A): A {
    this.#enter();
    this.#meetOutage(false);
    return work();
  }

  /** After the call was counted: a host may die in one that fails, and the next one start while the disk still fails. */
  #meetOutage(needsNoRoom: boolean): void {
    const code = this.#outage.codeAt(this.#elapsedMs(), needsNoRoom);
    if (code !== undefined && !this.#host.isDead) this.#fail(code);
  }

  #fail(code: string): never {
    this.#onFailure();
    throw Object.assign(new Error(`${code}: made to fail`), { code });
  }

  /** A call that takes time. It never settles when the host dies meanwhile. */
  #flush(work: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#scheduler.schedule(() => {
        try {
          this.#call(work);
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }, SYNC_MS);
    });
  }

  /** Counts a call. Throws when it fails, or when the host is dead. */
  #enter(): void {
    if (this.#host.isDead) throw new Error('the host has ended');
    this.#callsUntilDeath -= 1;
    if (this.#callsUntilDeath < 0) {
      this.#host.die();
      throw new Error('the host has ended');
    }
    const failure = this.#failure;
    if (failure === undefined) return;
    if (failure.passCount > 0) {
      failure.passCount -= 1;
      return;
    }
    failure.failCount -= 1;
    if (failure.failCount === 0) this.#failure = undefined;
    this.#fail(failure.code);
  }
}
