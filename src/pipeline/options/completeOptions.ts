import { isObservable } from 'rxjs';
import { foldEvents } from '../../model/events/foldEvents.js';
import { messageOf } from '../../model/unknownValue.js';
import { backoffRetry } from '../../operators/backoffRetry.js';
import { createCircuitBreaker } from '../../operators/createCircuitBreaker.js';
import { debounceAdaptive } from '../../operators/debounceAdaptive.js';
import { exponential } from '../../policies/backoff/exponential.js';
import { longestDelayMs, requireOneOf } from '../../policies/ranges.js';
import { emitWarning } from '../../sinks/adapters/emitWarning.js';
import { withFallback } from '../userCode/withFallback.js';
import { guardBackoff, guardBreaker, guardDebounce } from './guardOptions.js';
import type { HookName, HotReloadOptions } from './HotReloadOptions.js';
import type { PipelineContext } from './PipelineContext.js';

const DEFAULT_DEBOUNCE = { minMs: 25, maxMs: 500 };
const DEFAULT_MAX_RETRIES = 5;
const DEFAULT_RELOAD_TIMEOUT_MS = 30_000;
/**
 * Without a limit, one save of a file that a thousand plugins use starts a thousand reloads, which all wait for each other and hold what
 * they have built. Eight keep this thread busy while some of them wait for their disk or their `start`.
 *
 * @source measured: bench/scale
 */
const DEFAULT_CONCURRENCY = 8;

/**
 * The options with their defaults. `backoff` contains the scheduler and `random`. The user's functions and streams are
 * guarded, so that their errors cannot end the pipeline.
 */
export type CompleteOptions = HotReloadOptions &
  Omit<PipelineContext, 'serving' | 'withPermit' | 'hooks' | 'open' | 'inHook'> & {
    readonly concurrency: number;
    readonly debounce: NonNullable<HotReloadOptions['debounce']>;
    readonly breaker: NonNullable<HotReloadOptions['breaker']>;
  };

/** Fills in the defaults. Throws for an option that can never work, naming the option and its value. */
export function completeOptions(options: HotReloadOptions): CompleteOptions {
  checkOptions(options);
  const { reloadTimeoutMs = DEFAULT_RELOAD_TIMEOUT_MS, concurrency = DEFAULT_CONCURRENCY } =
    options;
  const onHookError = withFallback(options.onHookError ?? warnOfHook, warnOfHook, ignore);
  const debounce = options.debounce ?? DEFAULT_DEBOUNCE;
  const backoff = {
    ...options.backoff,
    delay: options.backoff?.delay ?? exponential(),
    maxRetries: options.backoff?.maxRetries ?? DEFAULT_MAX_RETRIES,
    ...(options.scheduler && { scheduler: options.scheduler }),
    ...(options.random && { random: options.random }),
  };
  // Each plugin gets its own operators later. Making them once here lets a wrong option throw now.
  debounceAdaptive({ ...debounce, reduce: foldEvents });
  backoffRetry(backoff);
  createCircuitBreaker(options.breaker);
  return {
    ...options,
    // A longer delay would make the timer fire at once.
    reloadTimeoutMs: Math.min(reloadTimeoutMs, longestDelayMs),
    concurrency,
    debounce: guardDebounce(debounce, onHookError),
    breaker: guardBreaker(options.breaker ?? {}, onHookError),
    backoff: guardBackoff(backoff, onHookError),
    retryUnchanged: options.retryUnchanged ?? true,
    probeOn: options.probeOn ?? 'change',
    onHookError,
  };
}

/** The default of `onHookError`: a process warning, once per message. */
export function warnOfHook(hook: HookName, error: unknown): void {
  emitWarning(`hotReload: ${hook} threw; the reload continues without it: ${messageOf(error)}`);
}

/** Used when `onHookError` itself throws: its fallback `warnOfHook` reports the hook's error instead. */
function ignore(): void {
  // nothing is left to do
}

/** For callers without a compiler: a wrong option throws here, not at the first save. */
function checkOptions(options: HotReloadOptions): void {
  const { source$, target, store, watchStatus$, ignored$, load } = options;
  const { reloadTimeoutMs = Infinity, concurrency = Infinity, probeOn = 'change' } = options;
  if (!isObservable(source$)) throw wrong('source$', source$, 'an Observable');
  requireMethods('target', target, ['pluginsOf', 'reloadPlugin']); // the methods that every change calls
  if (store !== undefined) requireMethods('store', store, ['save']);
  if (options.trace !== undefined) requireMethods('trace', options.trace, ['next', 'complete']);
  if (ignored$ !== undefined && !isObservable(ignored$)) {
    throw wrong('ignored$', ignored$, 'an Observable');
  }
  if (watchStatus$ !== undefined && !isObservable(watchStatus$)) {
    throw wrong('watchStatus$', watchStatus$, 'an Observable');
  }
  if (load !== undefined && !isObservable(load) && typeof load !== 'function') {
    throw wrong('load', load, 'an Observable or a TaskEither');
  }
  if (!(reloadTimeoutMs > 0)) {
    throw new RangeError(`hotReload: reloadTimeoutMs (${reloadTimeoutMs}) is not above 0`);
  }
  if (!(concurrency >= 1)) {
    throw new RangeError(`hotReload: concurrency (${concurrency}) is less than 1`);
  }
  if (concurrency !== Infinity && !Number.isInteger(concurrency)) {
    throw new RangeError(`hotReload: concurrency (${concurrency}) is not a whole number`);
  }
  requireOneOf('hotReload', 'probeOn', probeOn, ['timer', 'change']);
  requireOneOf('hotReload', 'openHandles', options.openHandles ?? 'ignore', ['report', 'ignore']);
  requireOneOf('hotReload', 'rehearsal', options.rehearsal ?? 'off', ['idle', 'off']);
}

function requireMethods(option: string, value: unknown, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw wrong(option, value, 'an object');
  const missing = names.find((name) => typeof Reflect.get(value, name) !== 'function');
  if (missing !== undefined) throw new TypeError(`hotReload: ${option} has no method ${missing}`);
}

function wrong(option: string, value: unknown, due: string): TypeError {
  const shown = typeof value === 'object' && value !== null ? 'an object' : String(value);
  return new TypeError(`hotReload: ${option} (${shown}) is not ${due}`);
}
