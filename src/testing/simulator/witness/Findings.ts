/** A promise that was broken: the number of the invariant, the step at which it was seen, and what was seen. */
export interface Violation {
  readonly invariant: number;
  readonly at: number;
  readonly message: string;
}

/** A run that breaks a promise at each step would fill the memory. */
const MOST_COUNT = 100;

/** What the checks of one run found, and what the run went through. */
export class Findings {
  readonly violations: Violation[] = [];
  readonly coverage: Record<string, number> = {};
  /** The step that is under way. */
  at = 0;

  report(invariant: number, message: string): void {
    if (this.violations.length < MOST_COUNT) {
      this.violations.push({ invariant, at: this.at, message });
    }
  }

  /** `sometimes`: that a rare path was taken. */
  count(what: string, by = 1): void {
    this.coverage[what] = (this.coverage[what] ?? 0) + by;
  }
}
