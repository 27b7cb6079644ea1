import { asyncScheduler, defer, finalize, type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Rehearsal } from '../../model/reload/ReloadTarget.js';
import { IdleAfterStart } from '../../policies/IdleAfterStart.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';
import type { RunPipeline } from './rehearseReloads.js';

/** Events of a start. All others are of work: what is done for the first time then need not be rehearsed any more. */
const OF_THE_START: ReadonlySet<ReloadEvent['_tag']> = new Set([
  'Loaded',
  'Proven',
  'ReloadFailed',
  'StateRestored',
  'WatchFailed',
  'WatchRecovered',
]);

/**
 * While the host is idle after its start, reloads a plugin of hotpipe's own a few times. Then the code that reloads plugins is compiled and
 * known to the engine, and the first save does not wait for that. Ends at the first work, and with the subscription.
 *
 * Only in real time: in virtual time a rehearsal would take a time of its own.
 *
 * @source measured: bench/reload/firstSave.ts
 */
export function rehearsing(
  {
    rehearsal: when,
    target,
    scheduler,
  }: Pick<HotReloadOptions, 'rehearsal' | 'target' | 'scheduler'>,
  run: RunPipeline,
): MonoTypeOperatorFunction<ReloadEvent> {
  const isInRealTime = scheduler === undefined || scheduler === asyncScheduler;
  if (when !== 'idle' || !isInRealTime) return (events$) => events$;
  return (events$) =>
    defer(() => {
      const rehearsal = target.rehearsal?.();
      if (rehearsal === undefined) return events$;
      const { note, end } = rehearseWhenIdle(rehearsal, run);
      return events$.pipe(tap(note), finalize(end));
    });
}

function rehearseWhenIdle(rehearsal: Rehearsal, run: RunPipeline) {
  const ending = new AbortController();
  const idle = new IdleAfterStart(rehearsal.nowMs());
  let cancel = () => undefined as void;
  const lookLater = () => {
    cancel = rehearsal.later(IdleAfterStart.lookEveryMs, look);
  };
  const look = () => {
    if (ending.signal.aborted) return;
    if (idle.look(rehearsal.nowMs())) void begin(rehearsal, run, ending.signal);
    else lookLater();
  };
  const end = () => {
    cancel();
    ending.abort();
  };
  const note = ({ _tag }: ReloadEvent) => {
    if (OF_THE_START.has(_tag)) idle.noteWork(rehearsal.nowMs());
    else end();
  };
  lookLater();
  return { note, end };
}

/** Loaded when it is needed: a start does not wait for it. */
async function begin(rehearsal: Rehearsal, run: RunPipeline, signal: AbortSignal): Promise<void> {
  try {
    const { rehearseReloads } = await import('./rehearseReloads.js');
    await rehearseReloads(rehearsal, run, signal);
  } catch {
    // Nothing was promised: the first save is slower.
  }
}
