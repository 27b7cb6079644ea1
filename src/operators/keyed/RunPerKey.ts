import {
  type Observable,
  type Observer,
  type SchedulerAction,
  type SchedulerLike,
  type Subscriber,
  Subscription,
} from 'rxjs';
import { type Activity, IdleWatch, type Watched } from '../../policies/IdleWatch.js';
import { LinkedObserver } from '../linked/LinkedObserver.js';
import { KeyInput } from './KeyInput.js';

/** What `perKey` was given, checked. */
export interface PerKeyPlan<T, K, R> {
  /** The key of a value; undefined drops the value. */
  readonly keyOf: (value: T) => K | undefined;
  readonly pipeline: (values$: Observable<T>, key: K) => Observable<R>;
  readonly idleMs: number;
  readonly scheduler: SchedulerLike;
}

/**
 * One subscription of `perKey`. `Slot` describes the states of a key.
 *
 * Not composed of `groupBy` and `mergeMap`: a group that `groupBy` has dropped may still be at work when the key's next
 * value starts another group, and `mergeMap` searches all its inners each time one ends.
 */
export class RunPerKey<T, K, R> extends LinkedObserver<T, R> {
  /** A slot per key, until the key is freed. */
  readonly #slots = new Map<K, Slot<T, K, R>>();
  /** Finds the keys that have been idle for `idleMs`. */
  readonly #idle: IdleWatch<Slot<T, K, R>>;
  /** The one timer that frees idle keys; undefined while no key is watched. */
  #task: Subscription | undefined;
  /**
   * Whether the source has completed. After that, no key is watched for idleness: each one finishes its work and ends.
   */
  #isSourceComplete = false;

  constructor(
    out: Subscriber<R>,
    private readonly plan: PerKeyPlan<T, K, R>,
  ) {
    super(out);
    this.#idle = new IdleWatch(plan.idleMs);
    out.add(this);
    out.add(() => this.#close()); // not in `unsubscribe`: sub-pipelines outlive the end of the source
  }

  protected onNext(value: T): void {
    const key = this.plan.keyOf(value);
    if (key === undefined) return;
    const slot = this.#slots.get(key);
    if (slot === undefined) this.#replay(this.#open(key, value));
    else if (slot.state === 'live') this.#deliver(slot, value);
    else slot.waiting.push(value);
  }

  protected onComplete(): void {
    this.#isSourceComplete = true;
    this.#cancelTask();
    for (const slot of this.#slots.values()) if (slot.state === 'live') this.#drain(slot);
    this.#completeWhenDone();
  }

  onResult(slot: Slot<T, K, R>, result: R): void {
    if (slot.state !== 'draining') this.#touch(slot, 'resting');
    this.out.next(result);
  }

  onRunEnd(slot: Slot<T, K, R>): void {
    slot.input = slot.run = undefined;
    this.#idle.forget(slot);
    if (slot.state === 'draining') this.#replay(slot);
    else if (slot.state === 'live') {
      this.#slots.delete(slot.key);
      this.#completeWhenDone();
    }
  }

  onRunError(error: unknown): void {
    this.out.error(error);
  }

  onTask(action: SchedulerAction<RunPerKey<T, K, R>>): void {
    const nowMs = this.plan.scheduler.now();
    const due = this.#idle.tick(nowMs);
    const delayMs = this.#idle.nextTickMs(nowMs);
    if (delayMs === undefined) this.#cancelTask();
    else this.#task = action.schedule(this, delayMs);
    for (const slot of due) {
      // Draining an earlier key in this loop may have emitted results that led to a new value for this key.
      if (slot.activity === undefined && slot.state === 'live') this.#drain(slot);
    }
  }

  #open(key: K, value: T): Slot<T, K, R> {
    const slot = new Slot<T, K, R>(key, value);
    this.#slots.set(key, slot);
    return slot;
  }

  /**
   * Passes the waiting values to a sub-pipeline. If it ends before it has received all of them, another one gets the
   * rest.
   */
  #replay(slot: Slot<T, K, R>): void {
    slot.state = 'replaying';
    while (slot.waiting.length > 0 && !this.out.closed) {
      for (const value of slot.waiting.splice(0)) this.#deliver(slot, value);
    }
    slot.state = 'live';
    if (slot.input === undefined) this.#slots.delete(slot.key);
    else if (this.#isSourceComplete) this.#drain(slot);
    this.#completeWhenDone();
  }

  #deliver(slot: Slot<T, K, R>, value: T): void {
    if (slot.input === undefined) this.#start(slot);
    this.#touch(slot, 'working');
    slot.input?.next(value);
  }

  #start(slot: Slot<T, K, R>): void {
    if (this.out.closed) return;
    const input = new KeyInput<T>();
    const run = new Run<T, K, R>(this, slot);
    slot.input = input;
    slot.run = run; // before it starts, so that a synchronous one can be stopped too
    try {
      this.plan.pipeline(input, slot.key).subscribe(run);
    } catch (error) {
      // Not rethrown: when the end of the key's previous sub-pipeline starts this one, nobody would catch the error.
      this.out.error(error);
    }
  }

  /** Completes the input of a sub-pipeline, which ends when its work is done. */
  #drain(slot: Slot<T, K, R>): void {
    slot.state = 'draining';
    this.#idle.forget(slot);
    slot.input?.complete();
  }

  #touch(slot: Slot<T, K, R>, activity: Activity): void {
    if (this.out.closed || this.plan.idleMs === Infinity || this.#isSourceComplete) return;
    if (slot.input === undefined) return;
    const { scheduler } = this.plan;
    const nowMs = scheduler.now();
    this.#idle.touch(slot, activity, nowMs);
    if (this.#task === undefined) {
      const delayMs = this.#idle.nextTickMs(nowMs) ?? 0;
      this.#task = scheduler.schedule(onTask<T, K, R>, delayMs, this);
    }
  }

  #cancelTask(): void {
    this.#task?.unsubscribe();
    this.#task = undefined;
  }

  #close(): void {
    this.#cancelTask();
    for (const slot of this.#slots.values()) slot.run?.unsubscribe();
    this.#slots.clear();
  }

  #completeWhenDone(): void {
    if (this.#isSourceComplete && this.#slots.size === 0) this.out.complete();
  }
}

/**
 * A key, from its first value until its sub-pipeline has ended and nothing waits.
 *
 * - *Replaying*: the waiting values go in one by one; newer values queue behind them. A new key starts here.
 * - *Live*: values go straight in.
 * - *Draining*: the key was idle, or the source has completed. The input is complete, and the sub-pipeline finishes its work;
 *   values that come meanwhile wait, and are replayed into the next one.
 */
class Slot<T, K, R> implements Watched<Slot<T, K, R>> {
  state: 'replaying' | 'live' | 'draining' = 'replaying';
  /** The values that came while the key was not live. */
  readonly waiting: T[];
  /** The sub-pipeline's input and its subscription, while one runs. */
  input: KeyInput<T> | undefined;
  run: Run<T, K, R> | undefined;

  // Fields that the idle watch uses:
  sinceMs = 0;
  older: Slot<T, K, R> | undefined;
  newer: Slot<T, K, R> | undefined;
  activity: Activity | undefined;

  constructor(
    readonly key: K,
    value: T,
  ) {
    this.waiting = [value];
  }
}

/**
 * The observer of one sub-pipeline. Not added to the reader's teardowns: with many keys, each sub-pipeline that ends
 * would search the whole list.
 */
class Run<T, K, R> extends Subscription implements Observer<R> {
  constructor(
    private readonly owner: RunPerKey<T, K, R>,
    private readonly slot: Slot<T, K, R>,
  ) {
    super();
  }

  next(result: R): void {
    if (!this.closed) this.owner.onResult(this.slot, result);
  }

  error(error: unknown): void {
    if (!this.closed) this.owner.onRunError(error);
  }

  complete(): void {
    if (this.closed) return;
    this.unsubscribe(); // torn down before the next one starts
    this.owner.onRunEnd(this.slot);
  }
}

/** Not a closure: `RunPerKey` is passed as the state of the action, so scheduling a task allocates no function. */
function onTask<T, K, R>(
  this: SchedulerAction<RunPerKey<T, K, R>>,
  running: RunPerKey<T, K, R>,
): void {
  running.onTask(this);
}
