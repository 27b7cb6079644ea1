import type { BackoffRetryConfig } from '../../operators/backoffRetry.js';
import type { CircuitBreakerConfig } from '../../operators/createCircuitBreaker.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';

/**
 * What an option is to a recording. `data`: stands in the header. `port`: crosses the border, and has its own wrapper. `nested`: a set of
 * options with a list of its own. `own`: belongs to the recording.
 */
type OptionClass = 'data' | 'port' | 'nested' | 'own';
type Classed<Options> = Readonly<Record<keyof Required<Options>, OptionClass>>;

/** Every option of `hotReload`. An option that is not in this list does not compile: it would be an input that no trace has. */
export const optionClasses: Classed<HotReloadOptions> = {
  source$: 'port',
  target: 'port',
  store: 'port',
  debounce: 'nested',
  backoff: 'nested',
  breaker: 'nested',
  reloadTimeoutMs: 'data',
  concurrency: 'data',
  retryUnchanged: 'data',
  probeOn: 'data',
  openHandles: 'data',
  beforeReload: 'port',
  afterReload: 'port',
  onRetry: 'port',
  scheduler: 'port',
  random: 'port',
  load: 'port',
  watchStatus$: 'port',
  root: 'port',
  onHookError: 'port',
  // Neither an input nor seen in a run.
  rehearsal: 'own',
  ignored$: 'own',
  trace: 'own',
};

export const debounceClasses: Classed<NonNullable<HotReloadOptions['debounce']>> = {
  minMs: 'data',
  maxMs: 'data',
  maxWaitMs: 'data',
  maxCount: 'data',
  leading: 'data',
  window: 'port',
  busy$: 'port',
  flush$: 'port',
  observe: 'port',
  view: 'port',
};

export const backoffClasses: Classed<Omit<BackoffRetryConfig, 'scheduler' | 'random'>> = {
  delay: 'port',
  maxRetries: 'data',
  jitter: 'data',
  retryIf: 'port',
  resetAfterMs: 'data',
  maxElapsedMs: 'data',
  budget: 'port',
  retryNow$: 'port',
  onRetry: 'port',
};

export const breakerClasses: Classed<Omit<CircuitBreakerConfig, 'scheduler'>> = {
  name: 'data',
  trip: 'data',
  openForMs: 'port',
  probeCount: 'data',
  probeTimeoutMs: 'data',
  probeGapMs: 'data',
  slow: 'data',
  mode: 'data',
  classify: 'port',
};

/** The options of a set that are data, as JSON holds them: infinity is a word there. */
export function dataOf(
  options: object,
  classes: Readonly<Record<string, OptionClass>>,
): Readonly<Record<string, unknown>> {
  const given = Object.entries(options).filter(
    ([name, value]) => classes[name] === 'data' && value !== undefined,
  );
  return Object.fromEntries(given.map(([name, value]) => [name, dataValue(value)]));
}

function dataValue(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, dataValue(of)]));
}
