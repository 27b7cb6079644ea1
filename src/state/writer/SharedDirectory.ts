/** What the stores of one process on one directory have in common. */
export class SharedDirectory {
  /** The last number that each plugin was given, also for a save that failed: no number is given twice. */
  readonly lastSeqs = new Map<string, number>();
  /** The format of each record that was written here and is still there, by name. */
  readonly schemas = new Map<string, number>();
  /** The number of this process' turn to write, by plugin. A later owner of the directory has a higher one. */
  readonly fences = new Map<string, number>();
  private held: Promise<(() => Promise<void>) | undefined> | undefined;
  private readonly holders = new Set<object>();

  constructor(private readonly dir: string) {}

  /** Takes the directory for this process on behalf of a store. False when another process has it. */
  async hold(holder: object, lock: StateLock): Promise<boolean> {
    this.held ??= lock.acquire(this.dir);
    const mine = this.held;
    const release = await mine.catch((error: unknown) => {
      this.held = undefined;
      throw error;
    });
    if (release !== undefined) this.holders.add(holder);
    // Asked again at the next save: the other process may be gone by then.
    else if (this.held === mine) this.held = undefined;
    return release !== undefined;
  }

  /** The last store of the process that lets go frees the directory. */
  async letGo(holder: object): Promise<void> {
    if (!this.holders.delete(holder) || this.holders.size > 0) return;
    const release = await this.held;
    this.held = undefined;
    this.fences.clear();
    await release?.();
  }
}

/** Keeps other processes from writing to a directory. */
export interface StateLock {
  /**
   * Takes a directory for this process, until the function that comes back is called or the process ends, however it
   * ends. `undefined` when another process has it. Not to be called again for a directory that this process has.
   */
  acquire(dir: string): Promise<(() => Promise<void>) | undefined>;
}

/** Who writes: part of the name of a temporary file, so that a later host knows whose it is. */
export interface StateWriter {
  readonly pid: number;
  /** 12 hexadecimal digits, once per process: tells this process from an earlier one with its number. */
  readonly token: string;
  /** Whether the process that has this number and token still runs on this machine. */
  isAlive(pid: number, token: string): boolean;
}
