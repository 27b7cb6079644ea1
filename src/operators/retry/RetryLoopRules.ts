import type { Observable, ObservableInput, SchedulerLike } from 'rxjs';
import type { RetryRules } from '../../policies/retry/retrySchedule.js';

/** What `backoffRetry` runs by, checked: the rules of the schedule, and what only a stream can obey. */
export interface RetryLoopRules extends RetryRules<ObservableInput<unknown>> {
  readonly retryNow$?: Observable<unknown> | undefined;
  readonly onRetry?:
    | ((info: {
        readonly attempt: number;
        readonly delayMs: number;
        readonly error: unknown;
      }) => void)
    | undefined;
  readonly scheduler: SchedulerLike;
}
