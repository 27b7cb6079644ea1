/** An invariant that a run broke. */
export interface Violation {
  /** Number of the invariant, as docs/simulator.md lists them. */
  readonly invariant: number;
  /** The step at which it was seen, counted from 1 over the whole run; 0 before the first. */
  readonly at: number;
  /** What was seen, and what should have been. */
  readonly message: string;
}

/** A run that breaks an invariant at every step must not fill the memory. */
const MAX_VIOLATION_COUNT = 100;

/** What the checks of one run found, and which paths the run took. */
export class RunReport {
  readonly violations: Violation[] = [];
  /** How often each rare path was taken. */
  readonly coverage: Record<string, number> = {};
  /** Number of the step that is running. */
  step = 0;

  /** Reports that an invariant is broken. */
  violated(invariant: number, message: string): void {
    if (this.violations.length < MAX_VIOLATION_COUNT) {
      this.violations.push({ invariant, at: this.step, message });
    }
  }

  /** Counts that a path was taken. */
  count(path: string, by = 1): void {
    this.coverage[path] = (this.coverage[path] ?? 0) + by;
  }
}
