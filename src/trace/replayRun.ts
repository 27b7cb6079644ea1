import { isLeft } from 'fp-ts/lib/Either.js';
import { Subject, takeUntil } from 'rxjs';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { Trace } from '../model/trace/TraceRecord.js';
import { hotReload } from '../pipeline/hotReload.js';
import type { HotReloadOptions } from '../pipeline/options/HotReloadOptions.js';
import { Redactor } from '../pipeline/record/Redactor.js';
import { wrapOptions } from '../pipeline/record/wrapOptions.js';
import { replayableOf } from './file/TraceHeader.js';
import { sealProblemOf } from './file/traceSeal.js';
import type { Divergence } from './replay/describeDivergence.js';
import { ReplayBoundary } from './replay/ReplayBoundary.js';
import type { ReplayListener } from './replay/ReplayedTimer.js';
import { restoreOptions } from './replay/restoreOptions.js';

/** How a replay ended. */
export interface Replayed {
  /** The events up to the end, or up to the first difference. */
  readonly events: readonly ReloadEvent[];
  /** The first difference; null when the run was the same, with all stamps. */
  readonly divergence: Divergence | null;
}

/**
 * Runs what was recorded through the pipeline again, without files, timers or plugins, as fast as it goes. Strict: every event must be the
 * recorded one, with its stamps, and everything that the pipeline asks and starts must come in the recorded order. A trace that was cut
 * never counts as the same.
 *
 * @param trace - Of `readTrace`, from the start of its run.
 * @param options - Options of `hotReload` that replace the recorded ones: the first difference tells what they change. Ports among them
 *   are not asked.
 * @returns Rejects with a `TraceError` when the trace cannot be run again.
 *
 * @example
 * ```ts
 * const ring = traceRing();
 * await lastValueFrom(hotReload({ source$: EMPTY, target: recordingTarget(), trace: ring }), { defaultValue: 0 });
 * const [header = { k: '' }, ...records] = ring.records();
 * const { divergence } = await replayRun({ header, records, isComplete: false });
 *
 * divergence?.got; // => 'the recording ends without its end: it was cut, or the run goes on'
 * ```
 */
export function replayRun(
  trace: Trace,
  options: Partial<HotReloadOptions> = {},
): Promise<Replayed> {
  return Promise.resolve().then(() => replayNow(trace, options));
}

/** The same, before it returns. Throws where `replayRun` rejects. */
export function replayNow(
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
  if (problem !== undefined) boundary.endsWith(problem);
  stop();
  return { events: boundary.events, divergence: boundary.divergence ?? null };
}

/** A `TraceError` as an `Error`: a promise that rejects with a plain value has no stack. */
export function asError<E extends { readonly message: string }>(error: E): Error & E {
  return Object.assign(new Error(error.message), error);
}
