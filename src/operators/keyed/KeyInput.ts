import { Observable, type Subscriber } from 'rxjs';

/**
 * The input of one sub-pipeline: a `Subject` without the features that a key does not need. `Subject.next` allocates
 * 250 bytes per value, which matters with ten thousand keys (measured: bench/operators/debounce.md).
 */
export class KeyInput<T> extends Observable<T> {
  /** Copied on each change, so that a loop over it is safe. */
  #readers: readonly Subscriber<T>[] = [];
  #isComplete = false;

  constructor() {
    super((reader) => this.#admit(reader));
  }

  next(value: T): void {
    const readers = this.#readers;
    const [only] = readers;
    if (readers.length === 1 && only !== undefined) only.next(value);
    else for (const reader of readers) reader.next(value);
  }

  complete(): void {
    this.#isComplete = true;
    for (const reader of this.#readers) reader.complete();
  }

  #admit(reader: Subscriber<T>): void {
    if (this.#isComplete) {
      reader.complete();
      return;
    }
    this.#readers = [...this.#readers, reader];
    reader.add(() => {
      this.#readers = this.#readers.filter((other) => other !== reader);
    });
  }
}
