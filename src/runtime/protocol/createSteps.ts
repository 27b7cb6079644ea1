import * as E from 'fp-ts/lib/Either.js';
import { type SchedulerLike, Subscription } from 'rxjs';
import { aborted, timedOut } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { clockOf } from '../../modules/adapters/clock.js';
import { closingLimitMs, type LimitsMs, type Stage } from './Stage.js';

/** Runs the stages of one swap: each is timed and has a deadline. */
export interface Steps {
  /** Duration of each stage so far, in milliseconds; a stage that ran twice has the sum. */
  readonly stageMs: Readonly<Record<string, number>>;
  /**
   * Left when the work fails, passes its deadline, or is aborted. What the work still does after that is ignored. Work that writes
   * something down must check `time.isOver` first.
   */
  run<A>(
    stage: Stage,
    work: (time: StageTime) => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>>;
  /** Left when the swap was aborted. For the last check before a step that cannot be undone. */
  check(stage: Stage): E.Either<ReloadError, void>;
  /** Times synchronous work. */
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
  return {
    stageMs,
    check,
    async run(stage, work) {
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
  const time = new StageTime();
  return new Promise((resolve) => {
    const onAbort = function (this: AbortSignal) {
      end(E.left(aborted(plugin, stage, this)));
    };
    const onClosing = () => {
      const closingMs = closingLimitMs(stage, closing?.elapsedMs() ?? 0);
      if (closingMs < Number.POSITIVE_INFINITY) deadlines.add(expireAfter(closingMs));
    };
    const end = (result: E.Either<ReloadError, A>) => {
      time.end();
      deadlines.unsubscribe();
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
      closing?.signal.removeEventListener('abort', onClosing);
      resolve(result);
    };
    const expireAfter = (ms: number) =>
      scheduler.schedule(() => {
        const by = time.isWaitingForPlugin ? 'plugin' : undefined;
        end(E.left(timedOut(plugin, stage, ms, by)));
      }, ms);
    // The first one that passes counts.
    const deadlines = new Subscription();
    deadlines.add(expireAfter(limitMs));
    if (closing?.signal.aborted) onClosing();
    else closing?.signal.addEventListener('abort', onClosing, { once: true });
    for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
    work(time).then(end, (error: unknown) => end(E.left(toReloadError(plugin, error))));
  });
}

/** What the work of a stage knows of its deadline. */
export class StageTime {
  #isOver = false;
  #isWaitingForPlugin = false;

  /** The deadline has passed, or the swap was aborted: the work must have no effect any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the work waits for the plugin: then a missed deadline is the plugin's fault, and another try would miss it too. */
  get isWaitingForPlugin(): boolean {
    return this.#isWaitingForPlugin;
  }

  end(): void {
    this.#isOver = true;
  }

  /** Marks the part of the work that waits for the plugin. */
  async ofPlugin<A>(work: Promise<A>): Promise<A> {
    this.#isWaitingForPlugin = true;
    try {
      return await work;
    } finally {
      this.#isWaitingForPlugin = false;
    }
  }
}
