import { Observable, type Subscriber, Subscription } from 'rxjs';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';

/**
 * Connects a pipeline to its source through a connection that can break, as if the watcher ran in another process. The
 * source goes on while the connection is broken; what it emits meanwhile is delivered to the next subscription.
 */
export class SourceConnection {
  /** The subscription to the source: it outlives breaks of the connection. */
  readonly #source = new Subscription();
  /** Events that were emitted while nobody was connected. */
  readonly #undelivered: WatchEvent[] = [];
  /** The pipeline's subscriber; undefined while it is not connected. */
  #subscriber: Subscriber<WatchEvent> | undefined;
  /** True during `cut`: the teardown then comes from a break, not from the pipeline, and the source goes on. */
  #isCutting = false;
  /** Whether the source has been subscribed to. */
  #isSourceRunning = false;

  /** The source, as the pipeline sees it. */
  connect(source$: Observable<WatchEvent>): Observable<WatchEvent> {
    return new Observable((subscriber) => {
      this.#subscriber = subscriber;
      subscriber.add(() => {
        this.#subscriber = undefined;
        if (!this.#isCutting) this.close();
      });
      for (const event of this.#undelivered.splice(0)) subscriber.next(event);
      if (this.#isSourceRunning) return;
      this.#isSourceRunning = true;
      this.#source.add(
        source$.subscribe((event) => {
          if (this.#subscriber === undefined) this.#undelivered.push(event);
          else this.#subscriber.next(event);
        }),
      );
    });
  }

  /** Breaks the connection: the pipeline sees an error. */
  cut(): void {
    this.#isCutting = true;
    this.#subscriber?.error(Object.assign(new Error('the connection broke'), { code: 'ECUT' }));
    this.#isCutting = false;
  }

  /** Ends the source. */
  close(): void {
    this.#source.unsubscribe();
  }
}
