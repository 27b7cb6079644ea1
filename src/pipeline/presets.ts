import { exponential } from '../policies/backoff/exponential.js';
import { consecutive } from '../policies/breaker/consecutive.js';
import type { HotReloadOptions } from './options/HotReloadOptions.js';

/**
 * Options to spread into `hotReload`.
 *
 * `development`: the first save reloads at once, and what follows within the window is folded into one change. Code that
 * fails in the same words twice is not tried a third time. What a version leaves open at its end is reported. Reloads are rehearsed, so that
 * the first save after a start is as fast as later ones.
 *
 * `production`: waits until a deploy is quiet for 2 s, backs off up to a minute, and stops retrying a broken plugin; a new
 * deploy is tried all the same.
 *
 * @source measured: bench/debounce-traces. With 500 ms the window of `development` climbs until saves of a person, 0.3 to 0.5 s
 *   apart, are held and merged; 250 ms still cover what a formatter writes after a save.
 * @source The production delays are those of the guide: 2 s debounce, 1 s to 60 s backoff, 5 retries, 3 failures open
 *   the breaker for 60 s.
 */
export const presets: {
  readonly development: Partial<HotReloadOptions>;
  readonly production: Partial<HotReloadOptions>;
} = {
  development: {
    debounce: { minMs: 20, maxMs: 250, leading: true },
    backoff: { delay: exponential({ initialMs: 100, maxMs: 5_000 }), maxRetries: 3 },
    breaker: { trip: consecutive(3), openForMs: 5_000 },
    retryUnchanged: false,
    probeOn: 'change',
    reloadTimeoutMs: 10_000,
    openHandles: 'report',
    rehearsal: 'idle',
  },
  production: {
    debounce: { minMs: 2_000, maxMs: 10_000 },
    backoff: {
      delay: exponential({ initialMs: 1_000, maxMs: 60_000 }),
      maxRetries: 5,
      jitter: 'equal',
    },
    breaker: { trip: consecutive(3), openForMs: 60_000 },
    retryUnchanged: true,
    probeOn: 'change',
    reloadTimeoutMs: 30_000,
    concurrency: 4,
  },
};
