import {
  catchError,
  defer,
  finalize,
  map,
  mergeMap,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  startWith,
  tap,
  throwError,
} from 'rxjs';
import type { Change } from '../model/reload/Change.js';
import { reloadTimedOut } from '../model/reload/failures.js';
import { outcomeEvents } from '../model/reload/outcomeEvents.js';
import type { ReloadCause, UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget, SaveState } from '../model/reload/ReloadTarget.js';
import { toReloadError } from '../model/reload/toReloadError.js';
import { mergeWhile } from '../operators/chain/mergeWhile.js';
import { fromTask } from './effects/fromTask.js';
import { reportSaves } from './effects/reportSaves.js';
import { NO_DEADLINE_MS, WorkDeadline } from './effects/WorkDeadline.js';

/** Options of {@link reloadPlugin}. */
export interface ReloadPluginOptions {
  /**
   * Saves the state of the version that is replaced; a `StateStore` fits. Default: the target saves it in its own way.
   */
  readonly saveTo?: { readonly save: SaveState };
  /**
   * The longest duration of the reload until its version serves, in milliseconds, above 0 (`RangeError` otherwise). A longer one is
   * aborted and fails with `TimedOut`. Time in which the target says that the reload waits for others (`onWait`) does not count.
   * Default: no limit.
   */
  readonly timeoutMs?: number;
  /** Reported in `ReloadStarted`. Counts the attempts at one change from 1; not checked. Default 1. */
  readonly attempt?: number;
  /** The numbers of the changes that it is for: reported in `ReloadStarted` and in the event that it ends with. Default: not reported. */
  readonly changes?: readonly number[];
  /** Reported in `ReloadStarted`. Default: not reported. */
  readonly cause?: ReloadCause;
  /** How long the attempt has waited for its turn, in milliseconds. Reported in `ReloadStarted`. Default: not reported. */
  readonly queuedMs?: number;
  /** Times the deadline. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /**
   * Whether the target has no such plugin any more, asked when it answers `PluginNotFound`: then the change came with the plugin's removal, and ends as
   * `Unchanged`, whatever else it names. Default: a change of deletions alone does.
   */
  readonly isGone?: () => boolean;
}

/**
 * Attempts once to reload one plugin, on each subscription, and emits the progress: `ReloadStarted`, `StateSaved`,
 * `StateRestored`, then one of `Reloaded`, `Loaded` (nothing served before), `Unchanged` (same bytes) and `Removed` (the
 * plugin's folder is gone, so it was unloaded).
 *
 * Errors with a plain `ReloadError` value, so that `backoffRetry`'s `retryIf` and a breaker's `classify` can read its
 * tag. When the reader unsubscribes or the deadline passes, the signal that the target was given is aborted.
 *
 * @param target - The host that runs the plugin.
 * @param change - What changed, and in which plugin.
 * @throws RangeError when `timeoutMs` is not above 0.
 *
 * @example
 * ```ts
 * const target = recordingTarget(); // a ReloadTarget that answers { from: 1, to: 2 }
 * const change = { plugin: 'counter', events: [], firstAtMs: 0, lastAtMs: 0, eventCount: 1 };
 *
 * await lastValueFrom(reloadPlugin(target, change).pipe(map((event) => event._tag), toArray())); // => ['ReloadStarted', 'Reloaded']
 * ```
 */
export function reloadPlugin(
  target: Pick<ReloadTarget, 'reloadPlugin' | 'unloadPlugin'>,
  change: Change,
  options: ReloadPluginOptions = {},
): Observable<UnstampedEvent> {
  const { saveTo, timeoutMs = NO_DEADLINE_MS, attempt = 1, scheduler } = options;
  const { changes, cause, queuedMs } = options;
  const { plugin } = change;
  if (!(timeoutMs > 0)) {
    throw new RangeError(`reloadPlugin: timeoutMs (${timeoutMs}) is not above 0`);
  }

  return defer(() => {
    const abort = new AbortController();
    const saved$ = new Subject<UnstampedEvent>();
    const deadline = new WorkDeadline(timeoutMs, scheduler);
    /** The target has answered, so there is nothing to abort. */
    let hasAnswered = false;

    const outcome$ = defer(() =>
      fromTask(
        target.reloadPlugin(plugin, {
          change,
          signal: abort.signal,
          cause: cause ?? 'change',
          onWait: deadline.onWait,
          onCommit: deadline.onCommit,
          ...(saveTo && { saveState: reportSaves(saveTo.save.bind(saveTo), saved$) }),
        }),
      ),
    ).pipe(
      mergeMap((result) => outcomeEvents(plugin, result, changes)),
      tap({ error: () => (hasAnswered = true), complete: () => (hasAnswered = true) }),
      catchError((cause: unknown) =>
        endRemoval(target, change, cause, { ...options, onCommit: deadline.onCommit }),
      ),
      deadline.limit(() => reloadTimedOut(plugin, timeoutMs)),
    );

    return outcome$.pipe(
      mergeWhile(saved$),
      startWith<UnstampedEvent>({
        _tag: 'ReloadStarted',
        plugin,
        attempt,
        ...(changes && { changes }),
        ...(cause && { cause }),
        ...(queuedMs !== undefined && { queuedMs }),
      }),
      finalize(() => {
        if (!hasAnswered) abort.abort();
      }),
    );
  });
}

/**
 * Unloads a plugin whose folder is gone, which saves its state. A removal is not a failure. Changes of the plugin's
 * other files may be reported later, when the plugin is already unloaded: then nothing is left to do.
 */
function endRemoval(
  target: Pick<ReloadTarget, 'unloadPlugin'>,
  { plugin, events }: Change,
  cause: unknown,
  {
    changes,
    isGone,
    onCommit,
  }: Pick<ReloadPluginOptions, 'changes' | 'isGone'> & { readonly onCommit: () => void },
): Observable<UnstampedEvent> {
  const ended = changes && { changes };
  const error = toReloadError(plugin, cause);
  if (error._tag === 'PluginGone') {
    return fromTask(target.unloadPlugin(plugin, { cause: 'change', onCommit })).pipe(
      map(() => ({ _tag: 'Removed', plugin, ...ended })),
    );
  }
  const isAfterRemoval = () =>
    events.length > 0 && (events.every(({ _tag }) => _tag === 'Deleted') || isGone?.() === true);
  return error._tag === 'PluginNotFound' && isAfterRemoval()
    ? of({ _tag: 'Unchanged', plugin, ...ended, reason: 'alreadyGone' })
    : throwError(() => error);
}
