import type { Either } from 'fp-ts/lib/Either.js';
import * as E from 'fp-ts/lib/Either.js';
import { type Observable, Subject } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';
import type {
  RequestOptions,
  SwapOutcome,
  TargetRequest,
} from '../../model/reload/TargetRequest.js';
import type { Ordered } from '../recovery/Ordered.js';

/** What is known of a request before anybody does it. */
type Wanted = Pick<TargetRequest, 'plugin' | 'cause' | 'isUrgent'> & {
  /** Default: none of its own. */
  readonly options?: RequestOptions;
  /** Asked again when its turn comes. Default: always. */
  readonly isNeeded?: () => boolean;
};

/** A reload that the runtime wants, and how it does it when no pipeline does. */
export interface WantedReload extends Wanted {
  readonly directly: () => Promise<Either<ReloadError, ReloadResult>>;
}

/** A swap that the runtime wants. */
export interface WantedSwap<A> extends Wanted {
  readonly work: (options: RequestOptions) => Promise<Either<ReloadError, Ordered<A>>>;
}

/**
 * Hands the work that no change of files starts to the pipeline that the runtime is part of. Without one, or when the pipeline ends before
 * it has begun, the runtime does the work by itself.
 */
export class ReloadRequests {
  readonly #asked = new Subject<TargetRequest>();

  /** `emit`: tells the events of a swap that the runtime did by itself. */
  constructor(readonly emit: (event: UnstampedEvent) => void) {}

  /** What the runtime asks for. Whoever subscribes does all of it. */
  get requests$(): Observable<TargetRequest> {
    return this.#asked.asObservable();
  }

  /** Whether a pipeline does the work. */
  get isAttached(): boolean {
    return this.#asked.observed;
  }

  close(): void {
    this.#asked.complete();
  }

  /** Resolves when the work is done, or with undefined when there was nothing to do. */
  reload({
    directly,
    ...wanted
  }: WantedReload): Promise<Either<ReloadError, ReloadResult> | undefined> {
    if (!this.isAttached) return directly();
    return new Promise((resolve) => {
      this.#ask(wanted, { settle: resolve, release: () => resolve(directly()) });
    });
  }

  /** Resolves when the work is done. `idle`: the answer when there is nothing to do. */
  async swap<A>(
    { work, ...wanted }: WantedSwap<A>,
    idle: () => Either<ReloadError, A>,
  ): Promise<Either<ReloadError, A>> {
    const directly = async (): Promise<Either<ReloadError, A>> => {
      const done = await work(wanted.options ?? {});
      if (E.isLeft(done)) return done;
      // Whoever gave an order has its answer.
      if (wanted.cause !== 'order') for (const event of done.right.events) this.emit(event);
      return E.right(done.right.value);
    };
    if (!this.isAttached) return directly();
    return new Promise((resolve) => {
      /** Set when it has begun. Several pipelines may have been asked: one swap is enough. */
      let swapping: Promise<Either<ReloadError, SwapOutcome>> | undefined;
      const begin = async (options: RequestOptions): Promise<Either<ReloadError, SwapOutcome>> => {
        const done = await work(options);
        resolve(E.isLeft(done) ? done : E.right(done.right.value));
        return done;
      };
      this.#ask(wanted, {
        settle: (result) => resolve(result !== undefined && E.isLeft(result) ? result : idle()),
        release: () => {
          if (swapping === undefined) resolve(directly());
        },
        swap: (options) => () => (swapping ??= begin(options)),
      });
    });
  }

  #ask(
    { isNeeded = () => true, options = {}, ...wanted }: Wanted,
    { settle, release, ...rest }: Pick<TargetRequest, 'settle' | 'release' | 'swap'>,
  ): void {
    let isSettled = false;
    const once = (end: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      end();
    };
    this.#asked.next({
      ...wanted,
      ...rest,
      options,
      isNeeded: () => !isSettled && isNeeded(),
      settle: (result) => once(() => settle(result)),
      release: () => once(release),
    });
  }
}
