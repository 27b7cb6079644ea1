import {
  Subscription,
  type Observable,
  type Observer,
  type SchedulerAction,
  type SchedulerLike,
  type Subscriber,
} from 'rxjs';
import { idleWatch, type Watched } from '../../policies/idleWatch.js';
import { LinkedObserver } from '../linked/LinkedObserver.js';
import { Values } from './Values.js';

/** What `perKey` was given, settled. */
export interface PerKeyPlan<T, K, R> {
  /** The key of a value; undefined drops the value. */
  readonly keyOf: (value: T) => K | undefined;
  readonly pipeline: (values$: Observable<T>, key: K) => Observable<R>;
  readonly idleMs: number;
  readonly scheduler: SchedulerLike;
}

/** A key, from its first value until its sub-pipeline has ended and nothing waits. */
interface Slot<T, K> extends Watched<Slot<T, K>> {
  readonly key: K;
  /**
   * `live`: values go straight in. `draining`: the sub-pipeline was told that no more values come, and finishes its
   * work; values wait. `replaying`: those that waited go in, newer ones line up behind them.
   */
  phase: 'live' | 'draining' | 'replaying';
  /** The input of the sub-pipeline, while one runs. */
  values: Values<T> | undefined;
  run: Subscription | undefined;
  readonly queue: T[];
}

/** The observer of one sub-pipeline. Not linked to the result: with many keys, each end would search all the links. */
class Run<S, R> extends Subscription implements Observer<R> {
  constructor(
    private readonly slot: S,
    private readonly onResult: (slot: S, result: R) => void,
    private readonly onEnd: (slot: S) => void,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
  }

  next(result: R): void {
    if (!this.closed) this.onResult(this.slot, result);
  }

  error(error: unknown): void {
    if (!this.closed) this.onError(error);
  }

  complete(): void {
    if (this.closed) return;
    this.unsubscribe(); // torn down before the next one starts
    this.onEnd(this.slot);
  }
}

/** The observer of the source. */
class KeyedSource<T> extends LinkedObserver<T> {
  constructor(
    out: Subscriber<unknown>,
    protected readonly onNext: (value: T) => void,
    protected readonly onComplete: () => void,
  ) {
    super(out);
  }
}

/**
 * One subscription of `perKey`.
 *
 * Not composed of `groupBy` and `mergeMap`: a group that `groupBy` has let go may still be at work when the key's next
 * value starts another, and `mergeMap` looks through all its inners each time one ends.
 */
export function runPerKey<T, K, R>(
  source: Observable<T>,
  out: Subscriber<R>,
  { keyOf, pipeline, idleMs, scheduler }: PerKeyPlan<T, K, R>,
): void {
  const slots = new Map<K, Slot<T, K>>();
  const idle = idleWatch<Slot<T, K>>(idleMs);
  let isSourceDone = false;
  let task: Subscription | undefined;

  const disarm = (): void => {
    task?.unsubscribe();
    task = undefined;
  };

  const completeWhenDone = (): void => {
    if (isSourceDone && slots.size === 0) out.complete();
  };

  /** Tells a sub-pipeline that no more values come. It ends when its work is done. */
  const drain = (slot: Slot<T, K>): void => {
    slot.phase = 'draining';
    idle.forget(slot);
    slot.values?.complete();
  };

  function onTick(this: SchedulerAction<undefined>): void {
    const due = idle.tick(scheduler.now());
    const delayMs = idle.nextTickMs(scheduler.now());
    if (delayMs === undefined) disarm();
    else task = this.schedule(undefined, delayMs);
    for (const slot of due) {
      // An earlier one's last words may have brought this one a value.
      if (slot.line === undefined && slot.phase === 'live') drain(slot);
    }
  }

  const note = (slot: Slot<T, K>, isWorking: boolean): void => {
    if (idleMs === Infinity || isSourceDone || slot.values === undefined) return;
    const nowMs = scheduler.now();
    idle.note(slot, isWorking, nowMs);
    task ??= scheduler.schedule(onTick, idle.nextTickMs(nowMs), undefined);
  };

  const onResult = (slot: Slot<T, K>, result: R): void => {
    if (slot.phase !== 'draining') note(slot, false);
    out.next(result);
  };

  const onRunEnd = (slot: Slot<T, K>): void => {
    slot.values = slot.run = undefined;
    idle.forget(slot);
    if (slot.phase === 'draining') replay(slot);
    else if (slot.phase === 'live') {
      slots.delete(slot.key);
      completeWhenDone();
    }
  };

  const onError = (error: unknown): void => out.error(error);

  const begin = (slot: Slot<T, K>): void => {
    if (out.closed) return;
    const run = new Run(slot, onResult, onRunEnd, onError);
    slot.values = new Values();
    slot.run = run; // before it starts, so that even a synchronous one can be stopped
    pipeline(slot.values, slot.key).subscribe(run);
  };

  const deliver = (slot: Slot<T, K>, value: T): void => {
    if (slot.values === undefined) begin(slot);
    note(slot, true);
    slot.values?.next(value);
  };

  /** Gives a sub-pipeline what waited. One that ends on a value is followed by another for the rest. */
  const replay = (slot: Slot<T, K>): void => {
    slot.phase = 'replaying';
    while (slot.queue.length > 0 && !out.closed) {
      for (const value of slot.queue.splice(0)) deliver(slot, value);
    }
    slot.phase = 'live';
    if (slot.values === undefined) slots.delete(slot.key);
    else if (isSourceDone) drain(slot);
    completeWhenDone();
  };

  const link = new KeyedSource<T>(
    out,
    (value) => {
      const key = keyOf(value);
      if (key === undefined) return;
      const slot = slots.get(key);
      if (slot?.phase === 'live') deliver(slot, value);
      else if (slot !== undefined) slot.queue.push(value);
      else {
        const phase = 'replaying';
        const opened: Slot<T, K> = {
          key,
          phase,
          values: undefined,
          run: undefined,
          queue: [value],
          sinceMs: 0,
          line: undefined,
        };
        slots.set(key, opened);
        replay(opened);
      }
    },
    () => {
      isSourceDone = true;
      disarm();
      for (const slot of slots.values()) if (slot.phase === 'live') drain(slot);
      completeWhenDone();
    },
  );
  out.add(link);
  // Not at the end of the source: sub-pipelines outlive that.
  out.add(() => {
    disarm();
    for (const slot of slots.values()) slot.run?.unsubscribe();
    slots.clear();
  });
  source.subscribe(link);
}
