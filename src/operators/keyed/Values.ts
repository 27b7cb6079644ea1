import { Observable, type Subscriber } from 'rxjs';

/**
 * The input of one sub-pipeline: a `Subject` without what a key does not need. `Subject.next` allocates 250 bytes a
 * value, which ten thousand keys feel (measured: bench/operators/debounce.md).
 */
export class Values<T> extends Observable<T> {
  private readers: readonly Subscriber<T>[] = []; // copied on a change, so that a loop over it is safe
  private isDone = false;

  constructor() {
    super((reader) => this.enter(reader));
  }

  next(value: T): void {
    const { readers } = this;
    const [only] = readers;
    if (readers.length === 1 && only !== undefined) only.next(value);
    else for (const reader of readers) reader.next(value);
  }

  complete(): void {
    this.isDone = true;
    for (const reader of this.readers) reader.complete();
  }

  private enter(reader: Subscriber<T>): void {
    if (this.isDone) {
      reader.complete();
      return;
    }
    this.readers = [...this.readers, reader];
    reader.add(() => {
      this.readers = this.readers.filter((other) => other !== reader);
    });
  }
}
