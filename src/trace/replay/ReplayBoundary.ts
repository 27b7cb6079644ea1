import { isDeepStrictEqual } from 'node:util';
import { Observable, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { InPlacePromise } from '../../model/InPlacePromise.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { LastAnswers } from '../../model/trace/LastAnswers.js';
import type { TraceRecord } from '../../model/trace/TraceRecord.js';
import { messageOf } from '../../model/unknownValue.js';
import type { Boundary, Crossing, TaskWork } from '../../pipeline/record/Boundary.js';
import { anything, decodeThrown } from '../../pipeline/record/crossings.js';
import type { Redactor } from '../../pipeline/record/Redactor.js';
import { type Delivery, deliver } from './deliver.js';
import { type Divergence, describeDivergence } from './describeDivergence.js';
import { fieldOf, isEntry, numberIn, textIn } from './fieldsOf.js';
import { ReplayedCalls } from './ReplayedCalls.js';
import { ReplayedTimer, type ReplayListener } from './ReplayedTimer.js';

/**
 * The border of a pipeline that is run again. What came in comes in again, in the same order and at the same times; what is asked is
 * answered as it was; and everything that the pipeline does must be the next record. Where it is not, the replay ends.
 */
export class ReplayBoundary implements Boundary {
  readonly scheduler: SchedulerLike;
  readonly events: ReloadEvent[] = [];
  divergence: Divergence | undefined;
  /** The run has ended. What the pipeline still does on its way out is not recorded. */
  #isOver = false;
  /** Subscribes to the pipeline, and unsubscribes. */
  #run: { readonly start: () => void; readonly stop: () => void } | undefined;
  #at = 0;
  #nowMs: number;
  #callCount = 0;
  #timerCount = 0;
  #taskCount = 0;
  #streamCount = 0;
  readonly #timers = new Map<number, ReplayedTimer<unknown>>();
  readonly #tasks = new Map<number, { settle: (record: TraceRecord) => void }>();
  readonly #calls: ReplayedCalls;
  readonly #streams = new Map<number, { take: (record: TraceRecord) => void }>();
  readonly #answers = new LastAnswers();
  readonly #listener: ReplayListener;

  constructor(
    private readonly ports: {
      readonly records: readonly TraceRecord[];
      readonly startMs: number;
      readonly hide: Redactor;
      readonly listener?: ReplayListener;
    },
  ) {
    this.#nowMs = ports.startMs;
    this.#listener = ports.listener ?? {};
    this.#calls = new ReplayedCalls(this.#listener);
    this.scheduler = {
      now: () => this.#nowMs,
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T) =>
        new ReplayedTimer<T>(work, this.#arm).schedule(state, delayMs),
    };
  }

  /** Runs the recording. `start` and `stop` subscribe to the pipeline and unsubscribe. */
  play(start: () => void, stop: () => void): void {
    this.#run = { start, stop };
    for (;;) {
      const record = this.#next();
      if (this.divergence !== undefined || record === undefined || record.k === 'end') return;
      if (this.#isOver) {
        this.#isOver = false;
        this.#differs('nothing: the run has ended');
      } else if (isEntry(record) && fieldOf(record, 'w') === undefined) this.#enter(record);
      else this.#differs('nothing');
    }
  }

  /** An event of the pipeline. */
  emit(event: ReloadEvent): void {
    if (this.divergence !== undefined || this.#isOver) return;
    const call = this.#begin();
    const record = this.#next();
    const hidden = this.ports.hide.outgoing(event);
    // As JSON first: the order of the keys is the same nearly always, and that is the cheap way.
    const isSame =
      record?.k === 'ev' &&
      (JSON.stringify(hidden) === JSON.stringify(fieldOf(record, 'e')) ||
        isDeepStrictEqual(hidden, fieldOf(record, 'e')));
    if (!isSame) {
      this.#differs(event);
      return;
    }
    this.#at += 1;
    this.events.push(event);
    this.#enterNested(call);
  }

  /** The pipeline has ended by itself. */
  close(): void {
    if (this.divergence !== undefined) return;
    const call = this.#begin();
    if (this.#take('stop', call) === undefined) this.#differs('the run ends');
    this.#isOver = true;
  }

  /** The recording has ended. `got`: what is wrong with that. */
  endsWith(got: string): void {
    this.#isOver = false;
    if (this.divergence === undefined) this.#differs(got);
  }

  ask<A>(name: string, crossing: Crossing<A>): A {
    const call = this.#begin();
    this.#enterNested(call);
    const record = this.#take('fn', call);
    if (record === undefined || textIn(record, 'n') !== name) this.#fail(`${name} is asked`);
    this.#listener.asked?.({ name, record });
    return crossing.decode(this.#valueOf(record));
  }

  askAgain<A>(name: string, question: string, crossing: Crossing<A>): A {
    const call = this.#begin();
    this.#enterNested(call);
    const record = this.#take('fn', call);
    if (record !== undefined) {
      const value = this.#valueOf(record);
      this.#answers.changes(`${name} ${question}`, JSON.stringify(value));
      this.#listener.answered?.({ name, value });
      return crossing.decode(value);
    }
    const last = this.#answers.of(`${name} ${question}`);
    if (last === undefined) this.#fail(`${name} is asked of ${question}`);
    const value: unknown = JSON.parse(last);
    this.#listener.answered?.({ name, value });
    return crossing.decode(value);
  }

  tell(): void {
    const call = this.#begin();
    this.#enterNested(call);
    const record = this.#take('fn', call);
    if (record !== undefined) this.#valueOf(record);
  }

  hook(name: string, _plugin: string, _call: () => unknown, crossing?: Crossing<unknown>): unknown {
    const call = this.#begin();
    this.#enterNested(call);
    const answer = this.#take('fn', call);
    if (answer !== undefined) {
      this.#listener.asked?.({ name, record: answer });
      const value = this.#valueOf(answer);
      return crossing?.decode(value);
    }
    const record = this.#take('hook', call);
    if (record === undefined) return undefined;
    this.#listener.asked?.({ name, record });
    if (fieldOf(record, 'o') !== undefined) return this.stream(name, anything);
    this.#taskCount += 1;
    return this.#pending(this.#taskCount, anything);
  }

  task<A>(name: string, plugin: string, crossing: Crossing<A>, calls: TaskWork<A>): Promise<A> {
    if (this.divergence !== undefined || this.#isOver) return new Promise(() => undefined);
    this.#taskCount += 1;
    const id = this.#taskCount;
    const record = this.#next();
    const isSame =
      record?.k === 'do' && numberIn(record, 'id') === id && textIn(record, 'op') === name;
    if (!isSame || textIn(record, 'p') !== this.ports.hide.name(plugin)) {
      this.#differs(`${name} of ${plugin} begins`);
      return new Promise(() => undefined);
    }
    this.#at += 1;
    const call = this.#begin();
    this.#listener.taskBegan?.({ id, op: name, plugin, atMs: this.#nowMs });
    this.#calls.taskBegan(id, calls);
    const promise = this.#pending(id, crossing);
    this.#enterNested(call);
    const thrown = this.#take('fn', call);
    if (thrown === undefined) return promise;
    this.#listener.taskEnded?.({ id, record: thrown, atMs: this.#nowMs });
    this.#valueOf(thrown);
    return promise;
  }

  saved<A>(): Promise<A> {
    // The result goes back to whoever saved: nobody, here. `Right` is what makes it count.
    return new InPlacePromise((resolve) => resolve({ _tag: 'Right' } as A));
  }

  stream<A>(name: string, crossing: Crossing<A>): Observable<A> {
    return new Observable((subscriber) => {
      if (this.divergence !== undefined) return;
      this.#streamCount += 1;
      const i = this.#streamCount;
      const call = this.#begin();
      subscriber.add(() => this.#streams.delete(i));
      const to = { name, crossing, subscriber, isInitial: true };
      this.#streams.set(i, { take: (record) => this.#deliver(to, record) });
      this.#enterNested(call);
      to.isInitial = false;
    });
  }

  #deliver<A>(to: Delivery<A>, record: TraceRecord): void {
    if (to.name !== textIn(record, 's')) this.#differs(`a value of ${to.name} is due`);
    else deliver(to, record, { listener: this.#listener, atMs: this.#nowMs });
  }

  #pending<A>(id: number, crossing: Crossing<A>): Promise<A> {
    return new InPlacePromise<A>((resolve, reject) => {
      this.#tasks.set(id, {
        settle: (record) => {
          const thrown = fieldOf(record, 'x');
          if (thrown === undefined) resolve(crossing.decode(fieldOf(record, 'v')));
          else reject(decodeThrown(thrown));
        },
      });
    });
  }

  #enter(record: TraceRecord): void {
    const at = this.#at;
    this.#at += 1;
    this.#nowMs += record.d ?? 0;
    const id = numberIn(record, 'id');
    const missing = (what: string): void => {
      this.#at = at;
      this.#differs(`${what} is not there any more, or not yet`);
    };
    try {
      switch (record.k) {
        case 'start':
          this.#run?.start();
          break;
        case 'stop':
          this.#run?.stop();
          this.#isOver = true;
          break;
        case 'in': {
          const stream = this.#streams.get(numberIn(record, 'i'));
          if (stream === undefined) missing(`stream ${textIn(record, 's')}`);
          else stream.take(record);
          break;
        }
        case 'fire': {
          const timer = this.#timers.get(id);
          if (timer === undefined) missing(`timer ${id}`);
          else {
            this.#timers.delete(id);
            this.#listener.timerFired?.({ dueMs: timer.dueMs, atMs: this.#nowMs });
            timer.fire();
          }
          break;
        }
        case 'done': {
          const task = this.#tasks.get(id);
          if (task === undefined) missing(`task ${id}`);
          else {
            this.#tasks.delete(id);
            this.#listener.taskEnded?.({ id, record, atMs: this.#nowMs });
            task.settle(record);
          }
          break;
        }
        case 'save':
          if (!this.#calls.save(record, this.#nowMs)) missing(`task ${id}`);
          break;
        case 'wait':
          if (!this.#calls.wait(record)) missing(`task ${id}`);
          break;
        default:
          missing(`a record of the kind ${record.k}`);
      }
    } catch (error) {
      this.#differs(messageOf(error));
    }
  }

  #enterNested(call: number): void {
    for (;;) {
      const record = this.#next();
      if (this.divergence !== undefined || this.#isOver || !isEntry(record)) return;
      if (fieldOf(record, 'w') !== call) return;
      this.#enter(record);
    }
  }

  #begin(): number {
    this.#callCount += 1;
    return this.#callCount;
  }

  /** The next record. What the source saw and is no event has no part in the run. */
  #next(): TraceRecord | undefined {
    const { records } = this.ports;
    while (records[this.#at]?.k === 'ign') this.#at += 1;
    return records[this.#at];
  }

  /** The next record, if it is of this kind and belongs to this call. */
  #take(kind: string, call: number): TraceRecord | undefined {
    const record = this.#next();
    if (this.divergence !== undefined || this.#isOver) return undefined;
    if (record?.k !== kind || fieldOf(record, 'c') !== call) return undefined;
    this.#at += 1;
    return record;
  }

  #valueOf(record: TraceRecord): unknown {
    const thrown = fieldOf(record, 'x');
    if (thrown !== undefined) throw decodeThrown(thrown);
    return fieldOf(record, 'v');
  }

  /** Ends the replay. What is thrown only ends the call: the pipeline's own guards may catch it. */
  #fail(got: string): never {
    this.#differs(got);
    throw new Error('the replay has ended');
  }

  #differs(got: ReloadEvent | string): void {
    if (this.#isOver) return;
    const { records, startMs } = this.ports;
    const { events } = this;
    const nowMs = this.#nowMs;
    this.divergence ??= describeDivergence({ records, at: this.#at, startMs, nowMs, got, events });
  }

  readonly #arm = (timer: ReplayedTimer<unknown>, delayMs: number): (() => void) => {
    this.#timerCount += 1;
    const id = this.#timerCount;
    timer.dueMs = this.#nowMs + delayMs;
    this.#timers.set(id, timer);
    return () => this.#timers.delete(id);
  };
}
