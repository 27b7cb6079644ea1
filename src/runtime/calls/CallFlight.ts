/** The calls that are under way in one version. */
export class CallFlight {
  #count = 0;
  readonly #onIdle: (() => void)[] = [];

  enter(): void {
    this.#count += 1;
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const tell of this.#onIdle.splice(0)) tell();
  }

  /** Resolves when no call is under way; lasting only where no new one may enter. */
  async idle(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle.push(resolve);
    });
  }
}
