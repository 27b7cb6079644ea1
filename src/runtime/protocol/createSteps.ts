import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { aborted, timedOut } from '../../model/reload/failures.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { clockOf } from '../../modules/adapters/clock.js';
import type { LimitsMs, Stage } from './Stage.js';

/** Runs the stages of one swap, each timed and under its deadline. */
export interface Steps {
  /** Duration of each stage so far in milliseconds. */
  readonly stageMs: Readonly<Record<string, number>>;
  /** What comes after the deadline or the caller's abort has no effect; work that would write something down asks its time first. */
  run<A>(
    stage: Stage,
    work: (time: StageTime) => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>>;
  /** Left when the caller called the swap off; for the last look before what cannot be taken back. */
  check(stage: Stage): E.Either<ReloadError, void>;
  /** Times work that ends in the turn it starts in. */
  measure(stage: Stage, work: () => void): void;
}

export function createSteps(options: {
  readonly plugin: string;
  readonly scheduler: SchedulerLike;
  readonly limitsMs: LimitsMs;
  /** Any of them calls the swap off. */
  readonly signals: readonly AbortSignal[];
}): Steps {
  const { plugin, scheduler, limitsMs, signals } = options;
  const nowMs = clockOf(scheduler);
  const stageMs: Record<string, number> = {};
  const add = (stage: Stage, startMs: number) => {
    stageMs[stage] = (stageMs[stage] ?? 0) + Math.max(0, nowMs() - startMs);
  };
  const check = (stage: Stage): E.Either<ReloadError, void> => {
    const calledOff = signals.find(({ aborted: isAborted }) => isAborted);
    return calledOff === undefined ? E.right(undefined) : E.left(aborted(plugin, stage, calledOff));
  };
  return {
    stageMs,
    check,
    async run(stage, work) {
      // What is disposed of must be, also when nobody waits for the swap any more.
      const cancels = stage === 'dispose' ? [] : signals;
      const go = stage === 'dispose' ? E.right(undefined) : check(stage);
      if (E.isLeft(go)) return go;
      const startMs = nowMs();
      const result = await within(plugin, stage, limitsMs[stage], scheduler, cancels, work);
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

function within<A>(
  plugin: string,
  stage: Stage,
  limitMs: number,
  scheduler: SchedulerLike,
  signals: readonly AbortSignal[],
  work: (time: StageTime) => Promise<E.Either<ReloadError, A>>,
): Promise<E.Either<ReloadError, A>> {
  const time = new StageTime();
  return new Promise((resolve) => {
    const onAbort = function (this: AbortSignal) {
      settle(E.left(aborted(plugin, stage, this)));
    };
    const settle = (result: E.Either<ReloadError, A>) => {
      time.end();
      deadline.unsubscribe();
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const deadline = scheduler.schedule(() => {
      const by = time.isThePlugins ? 'plugin' : undefined;
      settle(E.left(timedOut(plugin, stage, limitMs, by)));
    }, limitMs);
    for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
    work(time).then(settle, (error: unknown) => settle(E.left(toReloadError(plugin, error))));
  });
}

/** The time that a stage has, as its work sees it. */
export class StageTime {
  #isOver = false;
  #isThePlugins = false;

  /** The deadline has passed, or the swap was called off: what the work still does must have no effect. */
  get isOver(): boolean {
    return this.#isOver;
  }
  /** Whether the work waits for what nobody but the plugin can give: then it is the plugin that is late. */
  get isThePlugins(): boolean {
    return this.#isThePlugins;
  }

  end(): void {
    this.#isOver = true;
  }

  async ofPlugin<A>(work: Promise<A>): Promise<A> {
    this.#isThePlugins = true;
    try {
      return await work;
    } finally {
      this.#isThePlugins = false;
    }
  }
}
