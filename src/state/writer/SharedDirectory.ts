import { createKeyedQueue } from '../../model/concurrency.js';
import { FlushGroup } from '../disk/FlushGroup.js';

/** What the stores of one process on one directory share. */
export class SharedDirectory {
  /**
   * The turns of one plugin's tasks, over all stores: each store has a queue of its own, and without common turns two stores would
   * choose the same number, or one would list records that the other removes.
   */
  readonly turns = createKeyedQueue();
  /** The flushes of the directory: plugins that are saved at the same time share them. */
  readonly names = new FlushGroup();
  /** The last number given to each plugin, also for a save that failed: no number is given twice. */
  readonly lastSeqs = new Map<string, number>();
  /** The `schema` of each record that this process wrote and has not dropped, by file name. */
  readonly schemas = new Map<string, number>();
  /** The fencing token of this process, by plugin. Each later owner of the directory has a higher one. */
  readonly fences = new Map<string, number>();
  /**
   * The lock, taken or being taken. The promise resolves to a function that frees the lock, or to `undefined` when
   * another process has the lock. The field is undefined before the first request, and again after a refusal.
   */
  private lock: Promise<(() => Promise<void>) | undefined> | undefined;
  /** Ends when the lock that this process had before is free: it cannot be taken again earlier. */
  private freed: Promise<void> = Promise.resolve();
  /** The stores that use the lock, or wait for it. The last one to release it frees it. */
  private readonly owners = new Set<object>();

  constructor(private readonly dir: string) {}

  /** Takes the directory for this process on behalf of a store. False when another process has it. */
  async acquire(owner: object, lock: StateLock): Promise<boolean> {
    // Before anything is waited for: a store that releases the lock meanwhile must not free it.
    this.owners.add(owner);
    this.lock ??= this.freed.then(() => lock.acquire(this.dir));
    const mine = this.lock;
    const free = await mine.catch((error: unknown) => {
      this.forget(owner, mine);
      throw error;
    });
    // The next save asks again: the other process may have ended by then.
    if (free === undefined) this.forget(owner, mine);
    return free !== undefined;
  }

  /** Ends a store's use of the directory. The last store of the process frees it. */
  async release(owner: object): Promise<void> {
    if (!this.owners.delete(owner) || this.owners.size > 0) return;
    const held = this.lock;
    this.lock = undefined;
    this.fences.clear();
    this.freed = Promise.resolve(held).then((free) => free?.());
    await this.freed;
  }

  /** The lock could not be taken. */
  private forget(owner: object, lock: SharedDirectory['lock']): void {
    this.owners.delete(owner);
    if (this.lock === lock) this.lock = undefined;
  }
}

/** Keeps other processes from writing to a directory. */
export interface StateLock {
  /**
   * Takes a directory for this process, until the returned function is called or the process ends, however it ends.
   * `undefined` when another process has it. Must not be called again for a directory that this process has.
   */
  acquire(dir: string): Promise<(() => Promise<void>) | undefined>;
}

/** The process that writes. Part of the name of a temporary file, so that a later host knows which process made it. */
export interface StateWriter {
  readonly pid: number;
  /** 12 hexadecimal digits, one per process: distinguishes this process from an earlier one with the same pid. */
  readonly token: string;
  /** Whether the process with this pid and token still runs on this machine. */
  isAlive(pid: number, token: string): boolean;
}
