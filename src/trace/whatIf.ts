import { closestName } from '../model/closestName.js';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { Trace } from '../model/trace/TraceRecord.js';
import type { HotReloadOptions } from '../pipeline/options/HotReloadOptions.js';
import { optionClasses } from '../pipeline/record/optionClasses.js';
import { modelledTrace } from './model/modelledTrace.js';
import type { RunFacts } from './model/RunFacts.js';
import { type ModelRun, runModel } from './model/runModel.js';

/**
 * Above this, what a model says of other options is worth nothing.
 *
 * @source measured: a deadline near the real durations makes half as many attempts again on a busy machine (bench/trace/figures.md)
 */
const MAX_ERROR_RATIO = 0.1;

/** What a run would have been like. Counts are of the whole run, over all plugins. */
export interface WhatIfRow {
  readonly name: string;
  readonly attempts: number;
  /** Attempts whose version came to serve. */
  readonly reloaded: number;
  readonly failed: number;
  /** How often a breaker opened. */
  readonly opened: number;
  readonly superseded: number;
  /** From a save to the version that has it: the half of saves that waited least, in milliseconds; 0 without any. */
  readonly serveP50Ms: number;
  readonly serveP95Ms: number;
  /** The share of attempts at contents that the recorded run never tried: their outcome is that of the nearest one. */
  readonly guessedRatio: number;
}

/** What `whatIf` found. */
export interface WhatIf {
  /** How far the prediction of the recorded run itself is off, in attempts. */
  readonly selfErrorRatio: number;
  /** One for each variant, in their order. */
  readonly rows: readonly WhatIfRow[];
}

/**
 * What would have happened with other options: the recorded saves and the outcomes of their contents, in a model of the run. It first
 * predicts what was recorded, and rejects when that is off by more than 10 %.
 *
 * @param trace - Of `readTrace`, from the start of its run.
 * @param variants - Options that replace the recorded ones, by a name of your own. A set such as `debounce` is replaced as a whole.
 * @returns Rejects with a `TraceError` when the trace cannot be run, with an Error when the model cannot predict the run, and with what
 *   `hotReload` throws for options that can never work.
 */
export async function whatIf(
  trace: Trace,
  variants: Readonly<Record<string, Partial<HotReloadOptions>>>,
): Promise<WhatIf> {
  const predicted = await predictVariants(trace, variants);
  const { selfErrorRatio, rows } = predicted;
  if (selfErrorRatio > MAX_ERROR_RATIO) throw new Error(selfErrorMessage(predicted.selfErrorRatio));
  return { selfErrorRatio, rows };
}

/**
 * The same with the recorded run as a row of its own, and however far off the prediction of that one is.
 *
 * @param keepsPorts - A set such as `debounce` keeps the recorded functions and streams where it has none of its own.
 */
export async function predictVariants(
  trace: Trace,
  variants: Readonly<Record<string, Partial<HotReloadOptions>>>,
  { keepsPorts = false }: { readonly keepsPorts?: boolean } = {},
): Promise<WhatIf & { readonly recorded: WhatIfRow; readonly isReliable: boolean }> {
  for (const options of Object.values(variants)) requireKnown(options);
  const modelled = await modelledTrace(trace);
  const { facts } = modelled;
  const [unknown] = facts.unknown;
  if (unknown !== undefined) {
    throw new Error(
      `The run cannot be predicted: ${unknown} gave a promise or an Observable to wait for, and a model knows no such waits.`,
    );
  }
  const attemptCount = facts.attempts.length;
  const recorded = rowOf('recorded', facts, {
    events: facts.events,
    attemptCount,
    guessedCount: 0,
  });
  const own = runModel(modelled.header, facts);
  const selfErrorRatio = Math.abs(own.attemptCount - attemptCount) / Math.max(1, attemptCount);
  const rows = Object.entries(variants).map(([name, options]) =>
    rowOf(name, facts, runModel(modelled.header, facts, { options, keepsPorts })),
  );
  return { selfErrorRatio, rows, recorded, isReliable: selfErrorRatio <= MAX_ERROR_RATIO };
}

/** Why a prediction is refused. */
export function selfErrorMessage(selfErrorRatio: number): string {
  const percent = Math.round(selfErrorRatio * 1_000) / 10;
  return `The model of this run is off by ${percent} % of the attempts that were made, above the 10 % up to which it says anything about other options. A busy machine, or a deadline near the real durations, does that; record again where neither is the case.`;
}

function rowOf(
  name: string,
  facts: RunFacts,
  { events, attemptCount, guessedCount }: ModelRun,
): WhatIfRow {
  const count = (isCounted: (event: ReloadEvent) => boolean): number =>
    events.filter(isCounted).length;
  const waits = serveTimes(facts, events);
  return {
    name,
    attempts: attemptCount,
    reloaded:
      count(({ _tag }) => _tag === 'Reloaded') +
      count((event) => event._tag === 'Loaded' && event.changes?.length !== 0),
    failed: count((event) => event._tag === 'ReloadFailed'),
    opened: count((event) => event._tag === 'BreakerChanged' && event.to === 'open'),
    superseded: count((event) => event._tag === 'Superseded'),
    serveP50Ms: quantile(waits, 0.5),
    serveP95Ms: quantile(waits, 0.95),
    guessedRatio: attemptCount === 0 ? 0 : guessedCount / attemptCount,
  };
}

/** For each save and plugin: the time to the end of an attempt that was begun after it, and served. Sorted. */
function serveTimes(
  { saves, startMs }: RunFacts,
  events: readonly ReloadEvent[],
): readonly number[] {
  const served = new Map<string, { readonly beganMs: number; readonly endedMs: number }[]>();
  const began = new Map<string, number>();
  for (const { _tag, plugin, atMs } of events) {
    if (_tag === 'ReloadStarted') began.set(plugin, atMs);
    if (_tag !== 'Reloaded' && _tag !== 'Loaded' && _tag !== 'Unchanged') continue;
    const beganMs = began.get(plugin) ?? atMs;
    const own = served.get(plugin);
    if (own === undefined) served.set(plugin, [{ beganMs, endedMs: atMs }]);
    else own.push({ beganMs, endedMs: atMs });
  }
  /** By plugin: how many attempts were begun before the save. Saves are in order, so it never goes back. */
  const earlier = new Map<string, number>();
  const waits = saves.flatMap(({ afterMs, plugins }) =>
    plugins.flatMap((plugin) => {
      const savedMs = startMs + afterMs;
      const own = served.get(plugin) ?? [];
      let at = earlier.get(plugin) ?? 0;
      while ((own[at]?.beganMs ?? Infinity) < savedMs) at += 1;
      earlier.set(plugin, at);
      const first = own[at];
      return first === undefined ? [] : [first.endedMs - savedMs];
    }),
  );
  return waits.sort((a, b) => a - b);
}

/** The least value that this share of all values does not exceed; 0 without any. */
function quantile(sorted: readonly number[], ratio: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * ratio) - 1)] ?? 0;
}

function requireKnown(options: Partial<HotReloadOptions>): void {
  const known = Object.keys(optionClasses);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const close = closestName(unknown, known);
  const hint = close === undefined ? '' : `; did you mean ${close}?`;
  throw new RangeError(`whatIf: ${unknown} is no option of hotReload${hint}`);
}
