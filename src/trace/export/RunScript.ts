import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { asyncScheduler, merge } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent, UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { hotReload } from '../../pipeline/hotReload.js';
import type { FirstLoad, HotReloadOptions } from '../../pipeline/options/HotReloadOptions.js';
import type { TraceHeader } from '../file/TraceHeader.js';
import type { RunFacts } from '../model/RunFacts.js';
import { numbersOf } from '../replay/restoreOptions.js';
import { type FakeReload, fakeTarget } from '../virtual/fakeTarget.js';
import { laneOf } from './laneOf.js';

/** The run of one plugin, as a test can say it. All times are in milliseconds after its beginning. */
export interface RunScript {
  readonly plugin: string;
  readonly saves: readonly { readonly ms: number; readonly event: WatchEvent }[];
  readonly foreign: readonly { readonly ms: number; readonly event: UnstampedEvent }[];
  /** Results of the first load. */
  readonly loads: readonly {
    readonly ms: number;
    readonly event: Either<ReloadError, FirstLoad>;
  }[];
  /** When the source completes. */
  readonly endMs: number;
  /** The version that serves at the beginning; 0: none. */
  readonly version: number;
  readonly reloads: readonly FakeReload[];
  readonly unloadTakesMs: number;
  readonly restartTakesMs: number;
  /** Options of `hotReload` that are data. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The waits of retries, in order, where a random number made them. */
  readonly drawnWaits: readonly number[] | undefined;
  /** The waits by the number of the retry, where a curve made them. */
  readonly waits: readonly number[] | undefined;
}

/** What a script does when it is run. */
export interface ScriptRun {
  readonly events: readonly { readonly ms: number; readonly event: ReloadEvent }[];
  readonly endMs: number;
}

/** The script of one plugin's part of a run, from one time to another after the start. */
export function scriptOf(
  header: TraceHeader,
  facts: RunFacts,
  {
    plugin,
    fromMs,
    toMs,
  }: { readonly plugin: string; readonly fromMs: number; readonly toMs: number },
): RunScript {
  const isInside = ({ afterMs }: { readonly afterMs: number }): boolean =>
    afterMs >= fromMs && afterMs <= toMs;
  const saves = facts.saves.filter((save) => save.plugins.includes(plugin) && isInside(save));
  const attempts = facts.attempts.filter((each) => each.plugin === plugin && isInside(each));
  const foreign = facts.foreign.filter((each) => each.value.plugin === plugin && isInside(each));
  const before = facts.events.filter(
    (event) => event.plugin === plugin && event.atMs - facts.startMs < fromMs,
  );
  const own = facts.events.filter((event) => event.plugin === plugin);
  const drawn = own.flatMap((event) =>
    event._tag === 'RetryScheduled' &&
    event.why === 'backoff' &&
    event.atMs - facts.startMs >= fromMs
      ? [event.delayMs]
      : [],
  );
  const { jitter, ...ofBackoff } = numbersOf(header.options.backoff);
  const backoff = without(ofBackoff, 'initialMs', 'maxMs');
  const isDrawn = jitter !== undefined && jitter !== 'none';
  const isCustom =
    header.options.ports.includes('backoff.delay') && header.options.waits === undefined;
  const takes = (op: string): number =>
    facts.others.find((task) => task.op === op && task.plugin === plugin)?.tookMs ?? 0;
  const endMs = Math.max(0, ...saves.map(({ afterMs }) => afterMs - fromMs)) + 1;
  const data = without(numbersOf(header.options.data), 'concurrency', 'openHandles');
  const first = attempts.find(({ outcome }) => outcome !== undefined && !isLeft(outcome))?.outcome;
  const loads = facts.loads.filter((load) => loadedPlugin(load.value) === plugin && isInside(load));
  const loaded = loads.flatMap(({ value }) => (isLeft(value) ? [] : [value.right.version]))[0];
  const version =
    versionAfter(before) ?? loaded ?? (first && !isLeft(first) ? first.right.from : 0);
  return {
    plugin,
    saves: saves.map(({ afterMs, value }) => ({
      ms: afterMs - fromMs,
      event: { ...value, atMs: 0, batch: 1 },
    })),
    foreign: foreign.map(({ afterMs, value }) => ({ ms: afterMs - fromMs, event: value })),
    loads: loads.map(({ afterMs, value }) => ({ ms: afterMs - fromMs, event: value })),
    endMs: Math.max(endMs, ...[...foreign, ...loads].map(({ afterMs }) => afterMs - fromMs + 1)),
    version,
    reloads: attempts.map((attempt) => fakeReloadOf(attempt, facts)),
    unloadTakesMs: takes('unload'),
    restartTakesMs: takes('restart'),
    options: {
      ...data,
      ...(header.options.debounce && { debounce: numbersOf(header.options.debounce) }),
      ...(header.options.backoff && { backoff }),
      ...(header.options.breaker && { breaker: numbersOf(header.options.breaker) }),
    },
    drawnWaits: isDrawn || isCustom ? drawn : undefined,
    waits: isDrawn || isCustom ? undefined : header.options.waits,
  };
}

function fakeReloadOf(attempt: RunFacts['attempts'][number], facts: RunFacts): FakeReload {
  const { outcome, tookMs = facts.endsAfterMs - attempt.afterMs } = attempt;
  if (outcome === undefined) return { takesMs: tookMs };
  if (isLeft(outcome)) {
    const { _tag, message } = outcome.left;
    return { takesMs: tookMs, fails: { ...without(outcome.left, 'plugin'), _tag, message } };
  }
  const { from, to, restored } = outcome.right;
  return {
    takesMs: tookMs,
    ...(from === to && { isUnchanged: true }),
    ...(restored && { restored }),
  };
}

function versionAfter(events: readonly ReloadEvent[]): number | undefined {
  let version: number | undefined;
  for (const event of events) {
    if (event._tag === 'Loaded' || event._tag === 'Restarted') version = event.version;
    if (event._tag === 'Reloaded' || event._tag === 'RolledBack') version = event.to;
    if (event._tag === 'Removed') version = 0;
  }
  return version;
}

/** The options of a script, as the test makes them. */
function optionsOf({ options, drawnWaits, waits }: RunScript): Partial<HotReloadOptions> {
  const { backoff } = options;
  const left = [...(drawnWaits ?? [])];
  const delay = drawnWaits
    ? () => left.shift() ?? 0
    : waits && ((attempt: number) => waits[attempt - 1] ?? waits.at(-1) ?? 0);
  const isSet = typeof backoff === 'object' && backoff !== null;
  // Decoded from the header: `hotReload` checks each of them again.
  return {
    ...options,
    ...((delay !== undefined || isSet) && {
      backoff: { ...(isSet ? backoff : {}), ...(delay && { delay }) },
    }),
  };
}

/** Runs a script in the virtual time of the test that it becomes. Undefined when its source cannot be drawn as marbles. */
export function runScript(script: RunScript): ScriptRun | undefined {
  const { plugin, saves, foreign, loads, endMs, version } = script;
  const sources = sourceLanes(
    saves.map(({ ms }) => ms),
    endMs,
  );
  const foreignLane = laneOf(
    foreign.map(({ ms }, at) => ({ ms, letter: letterOf(at) })),
    undefined,
  );
  const loadLane = loadLaneOf(script);
  if (sources === undefined || foreignLane === undefined) return undefined;
  if (loads.length > 0 && loadLane === undefined) return undefined;
  const run: { events: { ms: number; event: ReloadEvent }[]; endMs: number } = {
    events: [],
    endMs: 0,
  };
  new TestScheduler(() => undefined).run(({ hot }) => {
    const byLetter = valuesOf(saves);
    const source$ = merge(...sources.map((lane) => hot(lane, byLetter)));
    const { reloads, unloadTakesMs, restartTakesMs } = script;
    const target = fakeTarget({
      pluginsOf: () => [plugin],
      ...(version > 0 && { versions: { [plugin]: version } }),
      reload: (_, at) => reloads[at] ?? reloads.at(-1) ?? {},
      unloadTakesMs,
      restartTakesMs,
      ...(foreign.length > 0 && { events$: hot(foreignLane, valuesOf(foreign)) }),
    });
    const load = loadLane === undefined ? {} : { load: hot(loadLane, valuesOf(loads)) };
    const events$ = hotReload({ ...optionsOf(script), ...load, source$, target });
    events$.subscribe({
      next: (event) => run.events.push({ ms: event.atMs, event }),
      complete: () => {
        run.endMs = asyncScheduler.now();
      },
    });
  });
  return run;
}

/** The lane of the first load; undefined when there is none, or when it cannot be drawn. */
export function loadLaneOf({ loads }: RunScript): string | undefined {
  const last = loads.at(-1);
  if (last === undefined) return undefined;
  return laneOf(
    loads.map(({ ms }, at) => ({ ms, letter: letterOf(at) })),
    last.ms,
  );
}

/** The lanes of the source: one when it can be drawn, else two that are merged. Only the first one decides the end. */
export function sourceLanes(
  times: readonly number[],
  endMs: number,
): readonly string[] | undefined {
  const marks = times.map((ms, at) => ({ ms, letter: letterOf(at) }));
  const one = laneOf(marks, endMs);
  if (one !== undefined) return [one];
  const lanes = [0, 1, 2, 3].map((part) =>
    laneOf(
      marks.filter((_, at) => at % 4 === part),
      endMs + 20,
    ),
  );
  return lanes.every((lane) => lane !== undefined) ? lanes : undefined;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The letters of a lane: they may be used again where the value is the same kind of save. */
export function letterOf(at: number): string {
  return LETTERS[at] ?? String.fromCharCode(0x4e00 + at);
}

function valuesOf<A>(values: readonly { readonly event: A }[]): Record<string, A> {
  return Object.fromEntries(values.map(({ event }, at) => [letterOf(at), event]));
}

function loadedPlugin(load: Either<ReloadError, FirstLoad>): string {
  return isLeft(load) ? load.left.plugin : load.right.plugin;
}

/** What remains of an object without some of its fields. */
export function without(
  data: object,
  ...names: readonly string[]
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}
