/** The time that a stage has, as its work sees it. */
export class StageTime {
  #isOver = false;
  #isThePlugins = false;

  /** The deadline has passed, or the swap was called off: what the work still does must have no effect. */
  get isOver(): boolean {
    return this.#isOver;
  }
  /** Whether the work waits for what nobody but the plugin can give: then it is the plugin that is late. */
  get isThePlugins(): boolean {
    return this.#isThePlugins;
  }

  end(): void {
    this.#isOver = true;
  }

  async ofPlugin<A>(work: Promise<A>): Promise<A> {
    this.#isThePlugins = true;
    try {
      return await work;
    } finally {
      this.#isThePlugins = false;
    }
  }
}
