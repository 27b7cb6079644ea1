import { Observable, Subscription, type Subscriber } from 'rxjs';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';

/**
 * Carries the events of a source that goes on to a pipeline that the wire may be torn from: what it would have carried in
 * between comes with the next subscription, as from a watcher in another process.
 */
export class Wire {
  readonly #session = new Subscription();
  readonly #unsent: WatchEvent[] = [];
  #reader: Subscriber<WatchEvent> | undefined;
  #isCut = false;
  #isWatching = false;

  carry(source$: Observable<WatchEvent>): Observable<WatchEvent> {
    return new Observable((subscriber) => {
      this.#reader = subscriber;
      subscriber.add(() => {
        this.#reader = undefined;
        if (!this.#isCut) this.close();
      });
      for (const event of this.#unsent.splice(0)) subscriber.next(event);
      if (this.#isWatching) return;
      this.#isWatching = true;
      this.#session.add(
        source$.subscribe((event) => {
          if (this.#reader === undefined) this.#unsent.push(event);
          else this.#reader.next(event);
        }),
      );
    });
  }

  cut(): void {
    this.#isCut = true;
    this.#reader?.error(Object.assign(new Error('the wire broke'), { code: 'ECUT' }));
    this.#isCut = false;
  }

  close(): void {
    this.#session.unsubscribe();
  }
}
