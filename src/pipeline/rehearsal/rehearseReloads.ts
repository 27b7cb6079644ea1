import type { Observable, Subscription } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Rehearsal, ReloadTarget } from '../../model/reload/ReloadTarget.js';
import { rehearsedSource } from './rehearsedSource.js';

/** Runs a pipeline with the options of a development host, over this source and target. */
export type RunPipeline = (
  source$: Observable<WatchEvent>,
  target: ReloadTarget,
) => Observable<ReloadEvent>;

/** @source measured: bench/reload/firstSave.ts. After more of them the first save is no faster. */
const RELOADS_COUNT = 6;
/** Longer than the window of the pipeline, so that each save is reloaded at once, as the first save of a person is. */
const REST_MS = 40;
/** On a machine that is so slow, the rest is left to the first save. */
const LIMIT_MS = 3_000;

/** Reloads a plugin of hotpipe's own through a pipeline of its own. Stops where it is when `signal` is aborted. */
export async function rehearseReloads(
  rehearsal: Rehearsal,
  run: RunPipeline,
  signal: AbortSignal,
): Promise<void> {
  const rehearsed = await rehearsal.begin();
  if (rehearsed === undefined) return;
  if (signal.aborted) {
    await rehearsed.end();
    return;
  }
  let wake = (): void => undefined;
  const awake = (begin: () => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      begin();
    });
  const goOn = () => wake();
  const endsAtMs = rehearsal.nowMs() + LIMIT_MS;
  const cancelLimit = rehearsal.later(LIMIT_MS, goOn);
  signal.addEventListener('abort', goOn);
  const isOver = () => signal.aborted || rehearsal.nowMs() >= endsAtMs;
  const source = rehearsedSource(rehearsed, () => wake());
  let pipeline: Subscription | undefined;
  try {
    await awake(() => {
      pipeline = run(source.events$, rehearsed.target).subscribe(({ _tag }) => {
        if (_tag === 'Reloaded' || _tag === 'ReloadFailed') wake();
      });
    });
    for (let count = 1; count <= RELOADS_COUNT && !isOver(); count += 1) {
      await awake(() => source.hint(rehearsed.save()));
      if (isOver()) return;
      await rehearsed.call();
      await awake(() => rehearsal.later(REST_MS, goOn));
    }
  } finally {
    cancelLimit();
    signal.removeEventListener('abort', goOn);
    pipeline?.unsubscribe();
    await rehearsed.end();
  }
}
