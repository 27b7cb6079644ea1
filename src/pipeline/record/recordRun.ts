import { asyncScheduler, Observable, Subject, takeUntil } from 'rxjs';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { TRACE_VERSION, type TraceRecord, type TraceSink } from '../../model/trace/TraceRecord.js';
import { messageOf } from '../../model/unknownValue.js';
import { requireInRange, requireOneOf } from '../../policies/ranges.js';
import { emitWarning } from '../../sinks/adapters/emitWarning.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';
import { describeMachine, drawSalt, drawSeed } from './adapters/machine.js';
import { describeOptions } from './describeOptions.js';
import { RecordingBoundary } from './RecordingBoundary.js';
import { Redactor } from './Redactor.js';
import { wrapOptions } from './wrapOptions.js';

/** What a trace of level `events` has. */
const KINDS_OF_EVENTS: ReadonlySet<string> = new Set(['header', 'ev', 'start', 'stop', 'gap']);

/** Sinks that a run writes to now. */
const sinksInUse = new WeakSet<TraceSink>();

/**
 * Runs a pipeline and records it: every input, every answer and every event goes to `sink`, with times. The pipeline runs as it would
 * without, except that its clock stands still while it deals with one input.
 *
 * @param run - Makes the pipeline of the options that it is given.
 * @throws RangeError when an option of the recording can never work.
 */
export function recordRun(
  options: HotReloadOptions,
  sink: TraceSink,
  run: (options: HotReloadOptions) => Observable<ReloadEvent>,
): Observable<ReloadEvent> {
  const { level = 'full', redact = 'paths', ...recording } = sink.recording ?? {};
  requireOneOf('trace', 'level', level, ['events', 'full']);
  requireOneOf('trace', 'redact', redact, ['none', 'paths', 'all']);
  const { seed: givenSeed } = recording;
  if (givenSeed !== undefined) {
    const mostSafe = Number.MAX_SAFE_INTEGER;
    requireInRange('trace', { least: 0, most: mostSafe, isWhole: true }, { seed: givenSeed });
  }

  return new Observable<ReloadEvent>((subscriber) => {
    if (sinksInUse.has(sink)) {
      emitWarning('hotReload: trace records another run now; this one is not recorded');
      run(options).subscribe(subscriber);
      return;
    }
    sinksInUse.add(sink);
    const clock = options.scheduler ?? asyncScheduler;
    const startMs = clock.now();
    const seed = givenSeed ?? drawSeed();
    const hide = new Redactor({ level: redact, root: options.root ?? '.', salt: drawSalt() });
    const writer = recordWriter(sink, level);
    const boundary = new RecordingBoundary({ clock, hide, startMs, write: writer.write });
    const { root } = hide.mask;
    const described = describeOptions(options);
    const header = {
      k: 'header',
      v: TRACE_VERSION,
      ...describeMachine(),
      seed,
      startMs,
      level,
      redact,
      root,
    };
    writer.write(Object.assign(header, { options: described }));

    const stop$ = new Subject<void>();
    let isOver = false;
    const end = (last: () => void): void => {
      isOver = true; // first: the subscriber unsubscribes from what has ended
      last();
      sinksInUse.delete(sink);
      writer.end();
    };
    // Before the start, in which the subscriber may already unsubscribe.
    subscriber.add(() => {
      if (!isOver) end(() => boundary.enter({ k: 'stop' }, () => stop$.next()));
    });
    boundary.enter({ k: 'start' }, () =>
      run(wrapOptions(options, boundary, seed))
        .pipe(takeUntil(stop$))
        .subscribe({
          next: (event) => boundary.emit(event, () => subscriber.next(event)),
          error: (error: unknown) => {
            if (!isOver) end(() => boundary.close(() => subscriber.error(error)));
          },
          complete: () => {
            if (!isOver) end(() => boundary.close(() => subscriber.complete()));
          },
        }),
    );
  });
}

/** Passes records on to a sink. What the sink throws ends the recording, and nothing else. */
function recordWriter(
  sink: TraceSink,
  level: 'events' | 'full',
): {
  readonly write: (record: TraceRecord) => void;
  readonly end: () => void;
} {
  /** Ended, or broken: what the run still does is not part of it. */
  let isClosed = false;
  const attempt = (work: () => void): void => {
    if (isClosed) return;
    try {
      work();
    } catch (error) {
      isClosed = true;
      emitWarning(`hotReload: trace failed, the host goes on without it: ${messageOf(error)}`);
    }
  };
  return {
    write: (record) => {
      if (level === 'full' || KINDS_OF_EVENTS.has(record.k)) attempt(() => sink.next(record));
    },
    end: () => {
      attempt(() => sink.complete());
      isClosed = true;
    },
  };
}
