import { isDeepStrictEqual } from 'node:util';
import { Observable, Subject } from 'rxjs';
import type { Timed } from './Recorded.js';

/** What one stream of the options gave, such as `busy$`: to each of its subscribers at once. */
export interface Signal {
  readonly values: readonly (Timed<unknown> & {
    /** Only a subscriber that had just come got it: the stream gives its last value to whoever comes later. */
    readonly isInitial: boolean;
  })[];
  readonly end: Timed<undefined> | undefined;
}

/**
 * Learns the signals of a run. Each plugin's pipeline subscribes for itself, so what such a stream gives is recorded once for each of them: equal
 * values in a row, at one time, are one.
 */
export class SignalLog {
  readonly #signals = new Map<
    string,
    { values: Signal['values'][number][]; end: Signal['end'] | undefined }
  >();

  cameIn(stream: string, value: Signal['values'][number]): void {
    const { values } = this.#of(stream);
    const last = values.at(-1);
    const isSame =
      last?.afterMs === value.afterMs &&
      last.isInitial === value.isInitial &&
      isDeepStrictEqual(last.value, value.value);
    if (!isSame) values.push(value);
  }

  ended(stream: string, end: Timed<undefined>): void {
    this.#of(stream).end ??= end;
  }

  all(): ReadonlyMap<string, Signal> {
    return this.#signals;
  }

  #of(stream: string) {
    const known = this.#signals.get(stream) ?? { values: [], end: undefined };
    this.#signals.set(stream, known);
    return known;
  }
}

/** A stream of a model that gives what was recorded, when `give` and `end` say so. */
export class ModelSignal<A> {
  readonly #live = new Subject<A>();
  /** The last value, for streams that give it to whoever comes later. */
  #last: { readonly value: A } | undefined;
  #isReplayed = false;

  readonly stream$ = new Observable<A>((subscriber) => {
    if (this.#isReplayed && this.#last !== undefined) subscriber.next(this.#last.value);
    return this.#live.subscribe(subscriber);
  });

  give(value: A, isInitial: boolean): void {
    this.#last = { value };
    if (isInitial) this.#isReplayed = true;
    else this.#live.next(value);
  }

  end(): void {
    this.#live.complete();
  }
}
