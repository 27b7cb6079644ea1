import type { Observable, SchedulerLike } from 'rxjs';
import type { OnWait } from '../../model/concurrency.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { UnsavedState } from '../../model/reload/StateStore.js';
import type { Redactor } from './Redactor.js';

/** How a value that crosses the border of a pipeline is written, and read again. */
export interface Crossing<A> {
  /** As JSON, with everything hidden that the recording hides. */
  readonly encode: (value: A, hide: Redactor) => unknown;
  /** Throws for anything that `encode` does not write. */
  readonly decode: (json: unknown) => A;
}

/** What a target may call while it works. */
export interface TaskCalls {
  /** How the target saves a state. */
  readonly save?: SaveState | undefined;
  /** The target waits for others; what it returns ends that. A deadline stands still meanwhile, and its timer is another one then. */
  readonly onWait?: OnWait | undefined;
}

/** Work that ends later. */
export interface TaskWork<A> extends TaskCalls {
  /** Gets the same calls, which note that they were made. */
  readonly start: (calls: TaskCalls) => Promise<A>;
}

/**
 * The border of one running pipeline: everything that comes in or goes out passes it. A recording passes all of it on and writes it down;
 * a replay answers from what was written, and calls nobody. Both count the calls out, so that a value that comes in while a call out is
 * under way is put into the same call again.
 */
export interface Boundary {
  /** The clock and the timers. The clock stands still while a value that came in is worked on. */
  readonly scheduler: SchedulerLike;
  /** A call whose answer the pipeline uses. What it throws is an answer too. */
  ask<A>(name: string, crossing: Crossing<A>, call: () => A): A;
  /** The same, for a question that is often asked: an answer is only written when it differs from the last one. */
  askAgain<A>(name: string, question: string, crossing: Crossing<A>, call: () => A): A;
  /** A call without an answer. What it throws is an answer. */
  tell(name: string, call: () => void): void;
  /**
   * A user's function. It may return a promise or an Observable to wait for, of which only the end counts.
   *
   * @param crossing - Of an answer that is neither. Default: nobody reads it.
   */
  hook(name: string, plugin: string, call: () => unknown, crossing?: Crossing<unknown>): unknown;
  /** Work that ends later. */
  task<A>(name: string, plugin: string, crossing: Crossing<A>, work: TaskWork<A>): Promise<A>;
  /** A save of the state of a plugin, called by a `save` of a task. */
  saved<A>(
    state: UnsavedState,
    settled: () => Promise<A>,
    isKept: (result: A) => boolean,
  ): Promise<A>;
  /** Values that come in. */
  stream<A>(name: string, crossing: Crossing<A>, source$: Observable<A>): Observable<A>;
}
