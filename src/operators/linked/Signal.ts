import type { Subscriber } from 'rxjs';
import { LinkedObserver } from './LinkedObserver.js';

/** The observer of a stream that steers an operator, such as `flush$`: its errors are the operator's. */
export class Signal<S> extends LinkedObserver<S> {
  constructor(
    subscriber: Subscriber<unknown>,
    private readonly onSignal: (signal: S) => void,
    private readonly onEnd?: () => void,
  ) {
    super(subscriber);
    subscriber.add(this);
  }

  protected onNext(signal: S): void {
    this.onSignal(signal);
  }

  protected onComplete(): void {
    this.onEnd?.();
  }
}
