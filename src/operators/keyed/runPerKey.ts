import {
  asyncScheduler,
  Observable,
  Subject,
  type SchedulerAction,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import { IdleWatch, type Watched } from '../../policies/IdleWatch.js';
import { subscribeLinked } from '../linked/subscribeLinked.js';

/** What `perKey` was given, settled. */
export interface PerKeyPlan<T, K, R> {
  /** The key of a value; undefined drops the value. */
  readonly keyOf: (value: T) => K | undefined;
  readonly pipeline: (values$: Observable<T>, key: K) => Observable<R>;
  readonly idleMs: number;
  readonly scheduler: SchedulerLike | undefined;
}

/** A key, from its first value until its sub-pipeline has ended and nothing waits. */
interface Slot<T, K> extends Watched<Slot<T, K>> {
  readonly key: K;
  /**
   * `live`: values go straight in. `draining`: the sub-pipeline was told that no more values come, and finishes its
   * work; values wait. `replaying`: those that waited go in, newer ones line up behind them.
   */
  phase: 'live' | 'draining' | 'replaying';
  queue: T[];
  /** The input of the sub-pipeline, while one runs. */
  values: Subject<T> | undefined;
  run: Subscription | undefined;
}

/**
 * One subscription of `perKey`.
 *
 * Not composed of `groupBy` and `mergeMap`: a group that `groupBy` has let go may still be at work when the key's next
 * value starts another, and `mergeMap` looks through all its inners each time one ends.
 */
export function runPerKey<T, K, R>(
  source: Observable<T>,
  subscriber: Subscriber<R>,
  plan: PerKeyPlan<T, K, R>,
): void {
  const { keyOf, pipeline, idleMs, scheduler = asyncScheduler } = plan;
  const slots = new Map<K, Slot<T, K>>();
  const idle = new IdleWatch<Slot<T, K>>(idleMs);
  let isSourceDone = false;
  let task: Subscription | undefined;

  const onNext = (value: T): void => {
    const key = keyOf(value);
    if (key === undefined) return;
    const slot = slots.get(key);
    if (slot === undefined) replay(newSlot(key, value));
    else if (slot.phase === 'live') deliver(slot, value);
    else slot.queue.push(value);
  };

  const newSlot = (key: K, value: T): Slot<T, K> => {
    const nothing = { values: undefined, run: undefined };
    const unwatched = { sinceMs: 0, older: undefined, newer: undefined, line: undefined };
    const slot: Slot<T, K> = { key, phase: 'replaying', queue: [value], ...nothing, ...unwatched };
    slots.set(key, slot);
    return slot;
  };

  /** Gives a sub-pipeline what waited. One that ends on a value is followed by another for the rest. */
  const replay = (slot: Slot<T, K>): void => {
    slot.phase = 'replaying';
    while (slot.queue.length > 0 && !subscriber.closed) {
      for (const value of slot.queue.splice(0)) deliver(slot, value);
    }
    slot.phase = 'live';
    if (slot.values === undefined) slots.delete(slot.key);
    else if (isSourceDone) drain(slot);
    completeWhenDone();
  };

  const deliver = (slot: Slot<T, K>, value: T): void => {
    if (slot.values === undefined) begin(slot);
    note(slot, 'working');
    slot.values?.next(value);
  };

  const begin = (slot: Slot<T, K>): void => {
    if (subscriber.closed) return;
    const values = (slot.values = new Subject<T>());
    // The subscriber exists before the sub-pipeline starts, so that even a synchronous one can be stopped.
    new Observable<R>((run) => {
      slot.run = run;
      pipeline(values, slot.key).subscribe(run);
    }).subscribe({
      next: (result) => {
        if (slot.phase !== 'draining') note(slot, 'rested');
        subscriber.next(result);
      },
      error: fail,
      complete: () => end(slot),
    });
  };

  const end = (slot: Slot<T, K>): void => {
    slot.run?.unsubscribe(); // torn down before the next one starts
    slot.values = slot.run = undefined;
    idle.forget(slot);
    if (slot.phase === 'draining') replay(slot);
    else if (slot.phase === 'live') {
      slots.delete(slot.key);
      completeWhenDone();
    }
  };

  const drain = (slot: Slot<T, K>): void => {
    slot.phase = 'draining';
    idle.forget(slot);
    slot.values?.complete();
  };

  const note = (slot: Slot<T, K>, line: 'rested' | 'working'): void => {
    if (idleMs === Infinity || isSourceDone || slot.values === undefined) return;
    const nowMs = scheduler.now();
    idle.note(slot, line, nowMs);
    if (task === undefined) {
      const delayMs = idle.nextTickMs(nowMs);
      if (delayMs !== undefined) task = scheduler.schedule(onTick, delayMs);
    }
  };

  function onTick(this: SchedulerAction<unknown>): void {
    const nowMs = scheduler.now();
    const due = idle.tick(nowMs);
    const delayMs = idle.nextTickMs(nowMs);
    if (delayMs === undefined) disarm();
    else task = this.schedule(undefined, delayMs);
    for (const slot of due) {
      // An earlier one's last words may have brought this one a value.
      if (slot.line === undefined && slot.phase === 'live') drain(slot);
    }
  }

  const disarm = (): void => {
    task?.unsubscribe();
    task = undefined;
  };

  const completeWhenDone = (): void => {
    if (isSourceDone && slots.size === 0) subscriber.complete();
  };

  const fail = (error: unknown): void => subscriber.error(error);

  // Before the source starts: a synchronous sub-pipeline must be stopped while it runs.
  subscriber.add(() => {
    disarm();
    for (const slot of slots.values()) slot.run?.unsubscribe();
    slots.clear();
  });
  subscribeLinked(source, subscriber, {
    next: onNext,
    error: fail,
    complete: () => {
      isSourceDone = true;
      disarm();
      for (const slot of slots.values()) if (slot.phase === 'live') drain(slot);
      completeWhenDone();
    },
  });
}
