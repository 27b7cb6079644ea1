import { isLeft } from 'fp-ts/lib/Either.js';
import { Subject, takeUntil } from 'rxjs';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Trace } from '../../model/trace/TraceRecord.js';
import { hotReload } from '../../pipeline/hotReload.js';
import type { HotReloadOptions } from '../../pipeline/options/HotReloadOptions.js';
import { Redactor } from '../../pipeline/record/Redactor.js';
import { wrapOptions } from '../../pipeline/record/wrapOptions.js';
import { replayableOf } from '../file/TraceHeader.js';
import { sealProblemOf } from '../file/traceSeal.js';
import type { Divergence } from './describeDivergence.js';
import { ReplayBoundary } from './ReplayBoundary.js';
import type { ReplayListener } from './ReplayedTimer.js';
import { restoreOptions } from './restoreOptions.js';

/** How a replay ended. */
export interface Replayed {
  /** The events up to the end, or up to the first difference. */
  readonly events: readonly ReloadEvent[];
  /** The first difference; null when the run was the same, with all stamps. */
  readonly divergence: Divergence | null;
}

/** Replays a trace, before it returns. Throws a `TraceError` when it cannot be run again. */
export function replayTrace(
  trace: Trace,
  options: Partial<HotReloadOptions>,
  listener: ReplayListener = {},
): Replayed {
  const header = replayableOf(trace);
  if (isLeft(header)) throw asError(header.left);
  const { startMs, seed, redact, root } = header.right;
  const hide = new Redactor({ level: redact, root, salt: '' });
  const boundary = new ReplayBoundary({ records: trace.records, startMs, hide, listener });
  const restored = { ...restoreOptions(header.right), ...options };
  Reflect.deleteProperty(restored, 'trace');
  const stop$ = new Subject<void>();
  let isStopped = false;
  const close = (): void => {
    if (!isStopped) boundary.close();
  };
  const stop = (): void => {
    isStopped = true;
    stop$.next();
  };
  boundary.play(() => {
    hotReload(wrapOptions(restored, boundary, seed))
      .pipe(takeUntil(stop$))
      .subscribe({ next: (event) => boundary.emit(event), error: close, complete: close });
  }, stop);
  const problem = trace.isComplete
    ? sealProblemOf(trace)
    : 'the recording ends without its end: it was cut, or the run goes on';
  // What a cut recording lacks is no difference of its own.
  if (!trace.isComplete && boundary.divergence?.record === trace.records.length) {
    boundary.divergence = undefined;
  }
  if (problem !== undefined) boundary.endsWith(problem);
  stop();
  return { events: boundary.events, divergence: boundary.divergence ?? null };
}

/** A `TraceError` as an `Error`: a promise that rejects with a plain value has no stack. */
export function asError<E extends { readonly message: string }>(error: E): Error & E {
  return Object.assign(new Error(error.message), error);
}
