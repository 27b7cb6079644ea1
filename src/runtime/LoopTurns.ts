/** The event loop's turns, as builds and reloads give them to the host's other work. */
export class LoopTurns {
  #owed: Promise<void> | undefined;

  constructor(
    /** Resolves in the loop's next turn. */
    readonly take: () => Promise<void>,
    /** Milliseconds by which work in one turn is measured. */
    readonly nowMs: () => number,
  ) {}

  /** The next piece of work waits for a turn, unless one has passed by then; the one that ends now does not. */
  owe(): void {
    this.#owed ??= this.take().then(() => {
      this.#owed = undefined;
    });
  }

  /** Waits for the turn that is owed, if one is. */
  async settle(): Promise<void> {
    await this.#owed;
  }
}
