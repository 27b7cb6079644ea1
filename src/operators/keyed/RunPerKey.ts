import {
  asyncScheduler,
  Subscription,
  type Observable,
  type Observer,
  type SchedulerAction,
  type SchedulerLike,
  type Subscriber,
} from 'rxjs';
import { IdleWatch, type Watched } from '../../policies/IdleWatch.js';
import { LinkedObserver } from '../linked/LinkedObserver.js';
import { Values } from './Values.js';

/** What `perKey` was given, settled. */
export interface PerKeyPlan<T, K, R> {
  /** The key of a value; undefined drops the value. */
  readonly keyOf: (value: T) => K | undefined;
  readonly pipeline: (values$: Observable<T>, key: K) => Observable<R>;
  readonly idleMs: number;
  readonly scheduler: SchedulerLike | undefined;
}

/**
 * One subscription of `perKey`.
 *
 * Not composed of `groupBy` and `mergeMap`: a group that `groupBy` has let go may still be at work when the key's next
 * value starts another, and `mergeMap` looks through all its inners each time one ends.
 */
export class RunPerKey<T, K, R> extends LinkedObserver<T> {
  private readonly slots = new Map<K, Slot<T, K, R>>();
  private readonly idle: IdleWatch<Slot<T, K, R>>;
  private readonly scheduler: SchedulerLike;
  private isSourceDone = false;
  private task: Subscription | undefined = undefined;

  constructor(
    private readonly out: Subscriber<R>,
    private readonly plan: PerKeyPlan<T, K, R>,
  ) {
    super(out);
    this.idle = new IdleWatch(plan.idleMs);
    this.scheduler = plan.scheduler ?? asyncScheduler;
    out.add(this);
    out.add(() => this.close()); // later than the end of the source: sub-pipelines outlive that
  }

  protected onNext(value: T): void {
    const key = this.plan.keyOf(value);
    if (key === undefined) return;
    const slot = this.slots.get(key);
    if (slot === undefined) this.replay(this.open(key, value));
    else if (slot.phase === 'live') this.deliver(slot, value);
    else slot.queue.push(value);
  }

  protected onComplete(): void {
    this.isSourceDone = true;
    this.disarm();
    for (const slot of this.slots.values()) if (slot.phase === 'live') this.drain(slot);
    this.completeWhenDone();
  }

  onResult(slot: Slot<T, K, R>, result: R): void {
    if (slot.phase !== 'draining') this.note(slot, 'rested');
    this.out.next(result);
  }

  onRunEnd(slot: Slot<T, K, R>): void {
    slot.values = slot.run = undefined;
    this.idle.forget(slot);
    if (slot.phase === 'draining') this.replay(slot);
    else if (slot.phase === 'live') {
      this.slots.delete(slot.key);
      this.completeWhenDone();
    }
  }

  onRunError(error: unknown): void {
    this.out.error(error);
  }

  onTick(action: SchedulerAction<RunPerKey<T, K, R>>): void {
    const nowMs = this.scheduler.now();
    const due = this.idle.tick(nowMs);
    const delayMs = this.idle.nextTickMs(nowMs);
    if (delayMs === undefined) this.disarm();
    else this.task = action.schedule(this, delayMs);
    for (const slot of due) {
      // An earlier one's last words may have brought this one a value.
      if (slot.line === undefined && slot.phase === 'live') this.drain(slot);
    }
  }

  private open(key: K, value: T): Slot<T, K, R> {
    const slot = new Slot<T, K, R>(key, value);
    this.slots.set(key, slot);
    return slot;
  }

  /** Gives a sub-pipeline what waited. One that ends on a value is followed by another for the rest. */
  private replay(slot: Slot<T, K, R>): void {
    slot.phase = 'replaying';
    while (slot.queue.length > 0 && !this.out.closed) {
      for (const value of slot.queue.splice(0)) this.deliver(slot, value);
    }
    slot.phase = 'live';
    if (slot.values === undefined) this.slots.delete(slot.key);
    else if (this.isSourceDone) this.drain(slot);
    this.completeWhenDone();
  }

  private deliver(slot: Slot<T, K, R>, value: T): void {
    if (slot.values === undefined) this.begin(slot);
    this.note(slot, 'working');
    slot.values?.next(value);
  }

  private begin(slot: Slot<T, K, R>): void {
    if (this.out.closed) return;
    const values = new Values<T>();
    const run = new Run<T, K, R>(this, slot);
    slot.values = values;
    slot.run = run; // before it starts, so that even a synchronous one can be stopped
    try {
      this.plan.pipeline(values, slot.key).subscribe(run);
    } catch (error) {
      // Thrown further it would be lost: the end of the sub-pipeline before may be what calls here.
      this.out.error(error);
    }
  }

  /** Tells a sub-pipeline that no more values come. It ends when its work is done. */
  private drain(slot: Slot<T, K, R>): void {
    slot.phase = 'draining';
    this.idle.forget(slot);
    slot.values?.complete();
  }

  private note(slot: Slot<T, K, R>, line: 'rested' | 'working'): void {
    if (this.out.closed || this.plan.idleMs === Infinity || this.isSourceDone) return;
    if (slot.values === undefined) return;
    const nowMs = this.scheduler.now();
    this.idle.note(slot, line, nowMs);
    if (this.task === undefined) {
      const delayMs = this.idle.nextTickMs(nowMs) ?? 0;
      this.task = this.scheduler.schedule(onTick<T, K, R>, delayMs, this);
    }
  }

  private disarm(): void {
    this.task?.unsubscribe();
    this.task = undefined;
  }

  private close(): void {
    this.disarm();
    for (const slot of this.slots.values()) slot.run?.unsubscribe();
    this.slots.clear();
  }

  private completeWhenDone(): void {
    if (this.isSourceDone && this.slots.size === 0) this.out.complete();
  }
}

/** A key, from its first value until its sub-pipeline has ended and nothing waits. */
class Slot<T, K, R> implements Watched<Slot<T, K, R>> {
  /**
   * `live`: values go straight in. `draining`: the sub-pipeline was told that no more values come, and finishes its
   * work; values wait. `replaying`: those that waited go in, newer ones line up behind them.
   */
  phase: 'live' | 'draining' | 'replaying' = 'replaying';
  /** The input of the sub-pipeline, while one runs. */
  values: Values<T> | undefined = undefined;
  run: Run<T, K, R> | undefined = undefined;
  readonly queue: T[];

  sinceMs = 0;
  older: Slot<T, K, R> | undefined = undefined;
  newer: Slot<T, K, R> | undefined = undefined;
  line: 'rested' | 'working' | undefined = undefined;

  constructor(
    readonly key: K,
    value: T,
  ) {
    this.queue = [value];
  }
}

/** The observer of one sub-pipeline. Not linked to the result: with many keys, each end would search all the links. */
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

/** A function of its own, with the subscription for its state: arming a task makes no closure. */
function onTick<T, K, R>(this: SchedulerAction<RunPerKey<T, K, R>>, run: RunPerKey<T, K, R>): void {
  run.onTick(this);
}
