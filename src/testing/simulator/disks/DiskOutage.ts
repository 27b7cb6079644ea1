/** A while in which a disk fails each call, or each call that needs room. */
export interface OutagePlan {
  /** What each failing call is rejected with. */
  readonly code: string;
  /** When it is over, in milliseconds of the time that has passed. */
  readonly untilMs: number;
  /** Whether calls that need no room, such as reads, fail too. */
  readonly isWhole: boolean;
}

/**
 * The state disk is full, read-only or does not answer for a while. It belongs to the machine, not to a host: one that starts meanwhile meets
 * the same disk.
 */
export class DiskOutage {
  /** Undefined: the disk takes everything. */
  #plan: OutagePlan | undefined;

  begin(plan: OutagePlan): void {
    this.#plan = plan;
  }

  end(): void {
    this.#plan = undefined;
  }

  /** What a call fails with that is made at this time; undefined when it succeeds. */
  codeAt(nowMs: number, needsNoRoom: boolean): string | undefined {
    const plan = this.#plan;
    if (plan === undefined || nowMs >= plan.untilMs) return undefined;
    return needsNoRoom && !plan.isWhole ? undefined : plan.code;
  }
}
