/** The time that a stage has, as its work sees it. */
export class StageTime {
  #isOver = false;

  /** The deadline has passed, or the swap was called off: what the work still does must have no effect. */
  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
  }
}
