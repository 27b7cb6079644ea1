import type { HotReloadOptions } from '../../../pipeline/options/HotReloadOptions.js';
import { exponential } from '../../../policies/backoff/exponential.js';
import { consecutive } from '../../../policies/breaker/consecutive.js';
import type { Setup } from '../setup/Setup.js';
import type { PlantedBug } from './PlantedBug.js';

/** Longer than any run, in milliseconds; the longest delay that a timer of Node takes. */
const FOREVER_MS = 2 ** 31 - 1;

const withOptions = (
  change: (options: HotReloadOptions) => Partial<HotReloadOptions>,
): PlantedBug => ({
  options: (options) => ({ ...options, ...change(options) }),
});

/** Defects of operators and policies: the pipeline runs with other options than the checks expect. */
export function optionBugs(setup: Setup): Readonly<Record<string, PlantedBug>> {
  const debounce = { minMs: setup.minMs, maxMs: setup.maxMs, maxWaitMs: setup.maxWaitMs };
  return {
    'debounce-starves': withOptions(() => ({
      debounce: { ...debounce, minMs: Math.max(20, debounce.minMs), maxWaitMs: FOREVER_MS },
    })),
    'window-too-long': withOptions(() => ({
      debounce: { minMs: setup.maxMs + 30, maxMs: setup.maxMs + 30 },
    })),
    'backoff-over-the-cap': withOptions(({ backoff }) => ({
      backoff: {
        ...backoff,
        jitter: 'none',
        delay: exponential({ initialMs: setup.initialMs, maxMs: FOREVER_MS, multiplier: 8 }),
      },
    })),
    'backoff-below-the-curve': withOptions(({ backoff }) => ({
      backoff: { ...backoff, jitter: 'none', delay: () => setup.initialMs / 4 },
    })),
    'breaker-never-opens': withOptions(({ breaker }) => ({
      breaker: { ...breaker, trip: consecutive(1_000_000) },
    })),
    'breaker-opens-early': withOptions(({ breaker }) => ({
      breaker: { ...breaker, trip: consecutive(setup.failureCount - 1) },
    })),
    'probes-without-a-gap': withOptions(({ breaker }) => ({
      breaker: { ...breaker, probeGapMs: 0 },
    })),
    'forgets-the-gap-between-probes': withOptions(({ breaker }) => ({
      breaker: { ...breaker, probeGapMs: FOREVER_MS },
    })),
    'gives-up-what-time-cures': withOptions(({ backoff }) => ({
      backoff: { ...backoff, retryIf: (error) => !isTimedOut(error) },
    })),
    'ignores-concurrency': withOptions(() => ({ concurrency: Infinity })),
    'reload-without-a-deadline': withOptions(() => ({ reloadTimeoutMs: FOREVER_MS })),
  };
}

function isTimedOut(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && '_tag' in error && error._tag === 'TimedOut'
  );
}
