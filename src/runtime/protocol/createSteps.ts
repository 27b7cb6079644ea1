import * as E from 'fp-ts/lib/Either.js';
import { type SchedulerLike, Subscription } from 'rxjs';
import type { OnWait } from '../../model/concurrency.js';
import { aborted, timedOut } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { clockOf } from '../../modules/adapters/clock.js';
import { closingLimitMs, type LimitsMs, type Stage } from './Stage.js';

/** While the host closes: time for the rest of a stage after its plugin was given up, such as reporting that. In milliseconds. */
const CLOSING_GRACE_MS = 50;

/** Runs the stages of one swap: the duration of each is measured, and each has a deadline. */
export interface Steps {
  /** Duration of each stage so far, in milliseconds; a stage that ran twice has the sum. */
  readonly stageMs: Readonly<Record<string, number>>;
  /**
   * Left when the work fails, passes its deadline, or is aborted. What the work returns after that is ignored. Work that records anything
   * must check `time.isOver` first.
   */
  run<A>(
    stage: Stage,
    work: (time: StageTime) => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>>;
  /**
   * Waits for what a stage needs of the machine, such as a thread that starts: that time is no plugin's work, so the deadline begins after it. It
   * counts as the stage's, and ends by itself when the swap is aborted or the same deadline has passed.
   */
  prepare(stage: Stage, work: Promise<unknown>): Promise<void>;
  /** Left when the swap was aborted. For the last check before a step that cannot be undone. */
  check(stage: Stage): E.Either<ReloadError, void>;
  /** Measures the duration of synchronous work. */
  measure(stage: Stage, work: () => void): void;
}

/** The end of the runtime, as the steps of its plugins see it. */
export interface Closing {
  /** Aborted when the runtime begins to close. */
  readonly signal: AbortSignal;
  /** Time since then, in milliseconds; 0 before. */
  elapsedMs(): number;
}

/**
 * Makes the steps of one swap. Any of `signals` aborts the swap. `closing` shortens the deadlines of all that is not aborted, also of a
 * stage that is under way.
 */
export function createSteps(options: {
  readonly plugin: string;
  readonly scheduler: SchedulerLike;
  readonly limitsMs: LimitsMs;
  readonly signals: readonly AbortSignal[];
  readonly closing?: Closing;
}): Steps {
  const { plugin, scheduler, limitsMs, signals, closing } = options;
  const nowMs = clockOf(scheduler);
  const stageMs: Record<string, number> = {};
  const add = (stage: Stage, startMs: number) => {
    stageMs[stage] = (stageMs[stage] ?? 0) + Math.max(0, nowMs() - startMs);
  };
  const check = (stage: Stage): E.Either<ReloadError, void> => {
    const abort = signals.find(({ aborted: isAborted }) => isAborted);
    return abort === undefined ? E.right(undefined) : E.left(aborted(plugin, stage, abort));
  };
  const run: Steps['run'] = async (stage, work) => {
    // `dispose` always runs, even after an abort: a version that failed must not keep its timers and handles.
    const signalsOfStage = stage === 'dispose' ? [] : signals;
    const mayRun = stage === 'dispose' ? E.right(undefined) : check(stage);
    if (E.isLeft(mayRun)) return mayRun;
    const startMs = nowMs();
    const limitMs = limitsMs[stage];
    const result = await within(
      { plugin, stage, limitMs, scheduler, signals: signalsOfStage, closing },
      work,
    );
    add(stage, startMs);
    return result;
  };
  return {
    stageMs,
    check,
    run,
    async prepare(stage, work) {
      await run(stage, async () => E.right(await work));
    },
    measure(stage, work) {
      const startMs = nowMs();
      work();
      add(stage, startMs);
    },
  };
}

interface Deadline {
  readonly plugin: string;
  readonly stage: Stage;
  readonly limitMs: number;
  readonly scheduler: SchedulerLike;
  readonly signals: readonly AbortSignal[];
  readonly closing: Closing | undefined;
}

/** Whichever comes first: the result of the work, the deadline, or an abort. */
function within<A>(
  { plugin, stage, limitMs, scheduler, signals, closing }: Deadline,
  work: (time: StageTime) => Promise<E.Either<ReloadError, A>>,
): Promise<E.Either<ReloadError, A>> {
  return new Promise((resolve) => {
    const onAbort = function (this: AbortSignal) {
      end(E.left(aborted(plugin, stage, this)));
    };
    const onClosing = () => {
      const closingMs = closingLimitMs(stage, closing?.elapsedMs() ?? 0);
      if (closingMs < Number.POSITIVE_INFINITY)
        deadlines.add(expireAfter(closingMs, CLOSING_GRACE_MS));
    };
    const end = (result: E.Either<ReloadError, A>) => {
      time.end();
      deadlines.unsubscribe();
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
      closing?.signal.removeEventListener('abort', onClosing);
      resolve(result);
    };
    // A plugin that does not answer is not waited for any longer; what the work does without it has `graceMs` more.
    const expireAfter = (ms: number, graceMs: number) =>
      scheduler.schedule(() => {
        const endLate = () => end(E.left(timedOut(plugin, stage, ms)));
        if (time.giveUpPlugin(timedOut(plugin, stage, ms, 'plugin'))) {
          deadlines.add(scheduler.schedule(endLate, graceMs));
        } else {
          endLate();
        }
      }, ms);
    // The first one that passes counts.
    const deadlines = new Subscription();
    let ofStage = Subscription.EMPTY;
    const time = new StageTime((isRunning) => {
      ofStage.unsubscribe();
      if (isRunning && !deadlines.closed) {
        ofStage = expireAfter(limitMs, limitMs);
        deadlines.add(ofStage);
      }
    });
    time.begin();
    if (closing?.signal.aborted) onClosing();
    else closing?.signal.addEventListener('abort', onClosing, { once: true });
    for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
    work(time).then(end, (error: unknown) => end(E.left(toReloadError(plugin, error))));
  });
}

/** The waits of a stage stop its own deadline, and that of the attempt that it belongs to. */
export function waitsOf(time: StageTime, ofAttempt: OnWait | undefined): OnWait {
  return () => {
    const endings = [time.onWait(), ofAttempt?.()];
    return () => {
      for (const end of endings) end?.();
    };
  };
}

/** What the work of a stage knows of its deadline. */
export class StageTime {
  #isOver = false;
  #waitCount = 0;
  /** Ends the wait for the plugin with a failure; undefined while the work does not wait for it. */
  #endWait: ((error: ReloadError) => void) | undefined;

  /** `setRunning`: starts the deadline, or takes it away. */
  constructor(readonly setRunning: (isRunning: boolean) => void = () => undefined) {}

  /** The deadline has passed, or the swap was aborted: the work must have no effect any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  begin(): void {
    this.setRunning(true);
  }

  end(): void {
    this.#isOver = true;
  }

  /**
   * The work waits for others: that time is not its own, however long it is, so the deadline begins anew when what this returns is called. An
   * abort still ends the stage.
   */
  readonly onWait: OnWait = () => {
    this.#waitCount += 1;
    this.setRunning(false);
    let isWaiting = true;
    return () => {
      if (!isWaiting) return;
      isWaiting = false;
      this.#waitCount -= 1;
      if (this.#waitCount === 0 && !this.#isOver) this.setRunning(true);
    };
  };

  /**
   * The part of the work that waits for the plugin. At the deadline it is Left, by the plugin's own fault, and the work goes on without
   * what the plugin would have answered. Use it at most once per stage.
   */
  async ofPlugin<A>(work: Promise<E.Either<ReloadError, A>>): Promise<E.Either<ReloadError, A>> {
    const givenUp = new Promise<E.Either<ReloadError, A>>((resolve) => {
      this.#endWait = (error) => resolve(E.left(error));
    });
    try {
      return await Promise.race([work, givenUp]);
    } finally {
      this.#endWait = undefined;
    }
  }

  /** Called at the deadline. False when the work does not wait for the plugin. */
  giveUpPlugin(error: ReloadError): boolean {
    this.#endWait?.(error);
    return this.#endWait !== undefined;
  }
}
