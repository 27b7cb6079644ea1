/**
 * Flushes a directory for all who ask at the same time. One flush makes the names of all durable that were there when it began, so
 * whoever asks while one is under way shares the next one with all others who do.
 *
 * A flush that fails fails those who wait for the next one as well. Their names may have been written by the one that failed: the system
 * drops what it could not write, and the next flush would report success.
 *
 * @source https://www.usenix.org/conference/atc20/presentation/rebello (failed flushes)
 */
export class FlushGroup {
  /** Undefined while none is. */
  #underWay: Promise<void> | undefined;
  /** The flush that begins when that one has ended; undefined while nobody waits for it. */
  #next: Promise<void> | undefined;

  /** Resolves when a flush has ended that began after this call, or in it. */
  flushed(flush: () => Promise<void>): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#underWay === undefined) return this.#begin(flush);
    this.#next = this.#underWay.then(
      () => this.#begin(flush),
      (error: unknown) => {
        this.#next = undefined;
        throw error;
      },
    );
    return this.#next;
  }

  #begin(flush: () => Promise<void>): Promise<void> {
    this.#next = undefined;
    this.#underWay = flush().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }
}
