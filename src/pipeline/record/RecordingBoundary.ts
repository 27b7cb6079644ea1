import {
  ignoreElements,
  isObservable,
  Observable,
  type SchedulerAction,
  type SchedulerLike,
  Subject,
  Subscription,
  takeUntil,
} from 'rxjs';
import type { OnWait } from '../../model/concurrency.js';
import { InPlacePromise } from '../../model/InPlacePromise.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { UnsavedState } from '../../model/reload/StateStore.js';
import { LastAnswers } from '../../model/trace/LastAnswers.js';
import { isThenable } from '../../model/unknownValue.js';
import { measureState } from '../../sinks/effects/fromTask.js';
import type { Boundary, Crossing, TaskWork } from './Boundary.js';
import { anything, encodeThrown } from './crossings.js';
import type { Redactor } from './Redactor.js';

/** A record that was made for one entry: the entry adds what all have. */
type Fields = Record<string, unknown> & { readonly k: string };

/**
 * The border of a pipeline that is recorded. Everything is passed on as it is, and written down.
 *
 * What comes in is an *entry*: a value of a stream, a timer that fires, the end of a task. The clock stands still until the pipeline has
 * dealt with it, so that every reading of the clock is the time of the entry. An entry within an entry came in while a call out was under
 * way, and is written with the number of that call (`w`).
 */
export class RecordingBoundary implements Boundary {
  readonly scheduler: SchedulerLike;
  /** Calls out so far. A replay counts the same ones. */
  #callCount = 0;
  /** Numbers of the calls out that have not returned, innermost last. */
  readonly #openCalls: number[] = [];
  #isInEntry = false;
  /** The time of the entry, and of the last one. */
  #nowMs: number;
  #timerCount = 0;
  #taskCount = 0;
  #streamCount = 0;
  #waitCount = 0;
  /** The task whose `save` is being called. */
  #savingTask: number | undefined;
  readonly #answers = new LastAnswers();

  constructor(
    private readonly ports: {
      readonly clock: SchedulerLike;
      readonly hide: Redactor;
      readonly startMs: number;
      /** Never throws. */
      readonly write: (record: Fields) => void;
    },
  ) {
    this.#nowMs = ports.startMs;
    this.scheduler = {
      now: () => (this.#isInEntry ? this.#nowMs : ports.clock.now()),
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T) =>
        new RecordedTimer(this.#timers, work).schedule(state, delayMs),
    };
  }

  /** Runs what comes in. */
  enter(fields: Fields, work: () => void): void {
    if (this.#isInEntry) {
      fields.w = this.#openCalls.at(-1) ?? 0;
      this.ports.write(fields);
      work();
      return;
    }
    const d = this.ports.clock.now() - this.#nowMs;
    this.#nowMs += d;
    this.#isInEntry = true;
    fields.d = d;
    this.ports.write(fields);
    try {
      work();
    } finally {
      this.#isInEntry = false;
    }
  }

  /** Passes an event of the pipeline on. */
  emit(event: ReloadEvent, pass: () => void): void {
    this.#begin();
    this.ports.write({ k: 'ev', e: this.ports.hide.outgoing(event) });
    this.#run(pass);
  }

  /** Passes the end of the pipeline on. */
  close(pass: () => void): void {
    this.#begin();
    this.ports.write({ k: 'stop', c: this.#callCount });
    this.#run(pass);
  }

  ask<A>(name: string, crossing: Crossing<A>, call: () => A): A {
    return this.#answer(name, call, (c, answer) => {
      this.ports.write({ k: 'fn', c, n: name, v: crossing.encode(answer, this.ports.hide) });
      return answer;
    });
  }

  askAgain<A>(name: string, question: string, crossing: Crossing<A>, call: () => A): A {
    return this.#answer(name, call, (c, answer) => {
      const v = crossing.encode(answer, this.ports.hide);
      const isNew = this.#answers.changes(`${name} ${question}`, JSON.stringify(v));
      if (isNew) this.ports.write({ k: 'fn', c, n: name, v });
      return answer;
    });
  }

  tell(name: string, call: () => void): void {
    this.#answer(name, call, () => undefined);
  }

  hook(name: string, plugin: string, call: () => unknown, crossing?: Crossing<unknown>): unknown {
    return this.#answer<unknown>(name, call, (c, result) => {
      if (isObservable(result)) {
        this.ports.write({ k: 'hook', c, n: name, o: 1 });
        // Of a hook only the end counts; of a wait, its first value.
        return this.stream(name, anything, crossing ? result : result.pipe(ignoreElements()));
      }
      if (!isThenable(result)) {
        if (crossing) {
          this.ports.write({ k: 'fn', c, n: name, v: crossing.encode(result, this.ports.hide) });
        }
        return result;
      }
      this.#taskCount += 1;
      const id = this.#taskCount;
      this.ports.write({ k: 'hook', c, n: name, id, p: this.ports.hide.name(plugin) });
      return this.#settling(id, anything, (resolve, reject) => result.then(resolve, reject));
    });
  }

  task<A>(name: string, plugin: string, crossing: Crossing<A>, work: TaskWork<A>): Promise<A> {
    const { save, onWait, start } = work;
    this.#taskCount += 1;
    const id = this.#taskCount;
    this.ports.write({ k: 'do', id, op: name, p: this.ports.hide.name(plugin) });
    return this.#answer(
      name,
      () => {
        const running = start({
          save: save && this.#savingFor(id, save),
          onWait: onWait && this.#waitingFor(id, onWait),
        });
        return this.#settling(id, crossing, (resolve, reject) => running.then(resolve, reject));
      },
      (_, task) => task,
    );
  }

  saved<A>(
    record: UnsavedState,
    settled: () => Promise<A>,
    isKept: (result: A) => boolean,
  ): Promise<A> {
    const id = this.#savingTask;
    const work = settled();
    // Nobody of this pipeline saves here.
    if (id === undefined) return work;
    return new InPlacePromise((resolve, reject) => {
      work.then((result) => {
        if (!isKept(result)) resolve(result);
        else {
          const p = this.ports.hide.name(record.plugin);
          this.enter({ k: 'save', id, p, ...measureState(record.state) }, () => resolve(result));
        }
      }, reject);
    });
  }

  stream<A>(name: string, crossing: Crossing<A>, source$: Observable<A>): Observable<A> {
    return new Observable((subscriber) => {
      this.#streamCount += 1;
      const i = this.#streamCount;
      this.#begin();
      const ended$ = new Subject<void>();
      subscriber.add(() => ended$.next());
      const enter = (fields: Fields, work: () => void): void => {
        if (!subscriber.closed) this.enter(fields, work);
      };
      this.#run(() =>
        source$.pipe(takeUntil(ended$)).subscribe({
          next: (value) =>
            enter(this.#value({ k: 'in', s: name, i }, crossing, value), () =>
              subscriber.next(value),
            ),
          error: (error: unknown) =>
            enter({ k: 'in', s: name, i, x: encodeThrown(error, this.ports.hide) }, () =>
              subscriber.error(error),
            ),
          complete: () => enter({ k: 'in', s: name, i, end: 1 }, () => subscriber.complete()),
        }),
      );
    });
  }

  /** Adds the value to a record, unless nobody reads it. */
  #value<A>(fields: Fields, crossing: Crossing<A>, value: A): Fields {
    const v = crossing.encode(value, this.ports.hide);
    if (v !== undefined) fields.v = v;
    return fields;
  }

  /** A call out begins; `#run` ends it. */
  #begin(): number {
    this.#callCount += 1;
    this.#openCalls.push(this.#callCount);
    return this.#callCount;
  }

  #run<A>(work: () => A): A {
    try {
      return work();
    } finally {
      this.#openCalls.pop();
    }
  }

  /** `note` writes the answer down, and may put another one in its place. */
  #answer<A>(name: string, call: () => A, note: (c: number, answer: A) => A): A {
    const c = this.#begin();
    let answer: A;
    try {
      answer = this.#run(call);
    } catch (error) {
      this.ports.write({ k: 'fn', c, n: name, x: encodeThrown(error, this.ports.hide) });
      throw error;
    }
    return note(c, answer);
  }

  #settling<A>(
    id: number,
    crossing: Crossing<A>,
    listen: (resolve: (value: A) => void, reject: (reason: unknown) => void) => unknown,
  ): Promise<A> {
    const { hide } = this.ports;
    return new InPlacePromise<A>((resolve, reject) => {
      listen(
        (value) =>
          this.enter(this.#value({ k: 'done', id }, crossing, value), () => resolve(value)),
        (reason) =>
          this.enter({ k: 'done', id, x: encodeThrown(reason, hide) }, () => reject(reason)),
      );
    });
  }

  #savingFor(id: number, save: SaveState): SaveState {
    return (record) => {
      const task = save(record);
      return () => {
        this.#savingTask = id;
        try {
          return task();
        } finally {
          this.#savingTask = undefined;
        }
      };
    };
  }

  #waitingFor(id: number, onWait: OnWait): OnWait {
    return () => {
      this.#waitCount += 1;
      const i = this.#waitCount;
      let endWait: () => void = () => undefined;
      this.enter({ k: 'wait', id, i }, () => (endWait = onWait()));
      return () => this.enter({ k: 'wait', id, i, end: 1 }, endWait);
    };
  }

  readonly #timers: Timers = {
    schedule: (work, delayMs) => this.ports.clock.schedule(work, delayMs),
    nextId: () => (this.#timerCount += 1),
    fire: (id, work) => this.enter({ k: 'fire', id }, work),
  };
}

/** What a timer needs of the boundary: the real clock, its numbers, and the way in. */
interface Timers {
  readonly schedule: (
    work: (this: SchedulerAction<unknown>) => void,
    delayMs: number,
  ) => Subscription;
  readonly nextId: () => number;
  readonly fire: (id: number, work: () => void) => void;
}

/** A timer whose firings are entries. Rescheduling within a firing goes to the same real action, which keeps the beat of an interval. */
class RecordedTimer<T> extends Subscription implements SchedulerAction<T> {
  #real: Subscription | undefined;
  /** The real action, while it fires. */
  #firing: SchedulerAction<unknown> | undefined;
  #id = 0;
  #state: T | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
  ) {
    super();
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#state = state;
    this.#id = this.timers.nextId();
    if (this.#firing !== undefined) {
      this.#firing.schedule(undefined, delayMs);
      return this;
    }
    this.#real?.unsubscribe();
    const fire = (action: SchedulerAction<unknown>): void => this.#fire(action);
    // Not by the state of the action: a scheduler of the caller's may lose it.
    this.#real = this.timers.schedule(function (this: SchedulerAction<unknown>) {
      fire(this);
    }, delayMs);
    return this;
  }

  override unsubscribe(): void {
    if (this.closed) return;
    super.unsubscribe();
    this.#real?.unsubscribe();
  }

  #fire(action: SchedulerAction<unknown>): void {
    if (this.closed) return;
    this.#firing = action;
    try {
      this.timers.fire(this.#id, () => this.work(this.#state));
    } finally {
      this.#firing = undefined;
    }
  }
}
