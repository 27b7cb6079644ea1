import type { OutcomeCount, OutcomeWindow } from './OutcomeWindow.js';

/** Counts bad outcomes in a row. */
export class RunWindow implements OutcomeWindow {
  readonly isTimed = false;
  readonly #limit: number;
  #run = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  record(isBad: boolean): void {
    this.#run = isBad ? this.#run + 1 : 0;
  }

  isTripped(): boolean {
    return this.#run >= this.#limit;
  }

  describe(noun: string): string {
    return `${this.#run} ${noun}${this.#run === 1 ? '' : 's'} in a row`;
  }

  clear(): void {
    this.#run = 0;
  }

  dump(): readonly OutcomeCount[] {
    return this.#run === 0 ? [] : [{ ageMs: 0, count: this.#run, badCount: this.#run }];
  }

  load(counts: readonly OutcomeCount[]): void {
    this.#run = 0;
    for (const { count, badCount } of counts)
      this.#run = badCount < count ? badCount : this.#run + badCount;
    // A count that was lowered since the snapshot trips on the next failure, not on reading it.
    this.#run = Math.min(this.#run, this.#limit - 1);
  }
}
