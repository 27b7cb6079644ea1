import type { TraceRecord } from '../../model/trace/TraceRecord.js';

/** A value that came in, and when: in milliseconds after the start. */
export interface Timed<A> {
  readonly afterMs: number;
  readonly value: A;
  /** Its place among all that came in, in any stream. */
  readonly order: number;
}

/** What a function of the options answered. */
export interface Answer {
  readonly name: string;
  /** Has the answer as `v`, or as `x` what was thrown. */
  readonly record: TraceRecord;
}
