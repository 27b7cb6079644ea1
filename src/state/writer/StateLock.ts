/** Keeps other processes from writing to a directory. */
export interface StateLock {
  /**
   * Takes a directory for this process, until the function that comes back is called or the process ends, however it
   * ends. `undefined` when another process has it. Not to be called again for a directory that this process has.
   */
  acquire(dir: string): Promise<(() => Promise<void>) | undefined>;
}
