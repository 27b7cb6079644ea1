import { type SchedulerAction, Subscription } from 'rxjs';
import type { TraceRecord } from '../../model/trace/TraceRecord.js';

/** What a replay learns that no record says by itself. */
export interface ReplayListener {
  timerFired?(timer: { readonly dueMs: number; readonly atMs: number }): void;
  /** `json`: the value as the trace has it. `isInitial`: it came while the stream was subscribed to. */
  cameIn?(value: {
    readonly stream: string;
    readonly json: unknown;
    readonly atMs: number;
    readonly isInitial: boolean;
  }): void;
  ended?(stream: {
    readonly stream: string;
    readonly atMs: number;
    readonly isError: boolean;
  }): void;
  /** A function of the options answered, or threw: `record` has it as `v` or `x`. */
  asked?(answer: { readonly name: string; readonly record: TraceRecord }): void;
  /** A question that is often asked was answered. */
  answered?(answer: { readonly name: string; readonly value: unknown }): void;
  taskBegan?(task: {
    readonly id: number;
    readonly op: string;
    readonly plugin: string;
    readonly atMs: number;
  }): void;
  saved?(state: {
    readonly id: number;
    readonly atMs: number;
    readonly bytes: number;
    readonly sha256: string;
  }): void;
  /** `record`: has the result as `v`, or as `x` what was rejected or thrown. */
  taskEnded?(task: {
    readonly id: number;
    readonly record: TraceRecord;
    readonly atMs: number;
  }): void;
}

/** A timer that fires when its record says so. */
export class ReplayedTimer<T> extends Subscription implements SchedulerAction<T> {
  dueMs = 0;
  #state: T | undefined;
  #disarm = (): void => undefined;

  constructor(
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
    private readonly arm: (timer: ReplayedTimer<unknown>, delayMs: number) => () => void,
  ) {
    super(() => this.#disarm());
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#disarm();
    this.#state = state;
    this.#disarm = this.arm(this as ReplayedTimer<unknown>, delayMs);
    return this;
  }

  fire(): void {
    if (!this.closed) this.work(this.#state);
  }
}
