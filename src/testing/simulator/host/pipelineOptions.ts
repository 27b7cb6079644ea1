import type { HotReloadOptions } from '../../../pipeline/options/HotReloadOptions.js';
import { exponential } from '../../../policies/backoff/exponential.js';
import { consecutive } from '../../../policies/breaker/consecutive.js';
import { ROOT, type Setup } from '../setup/Setup.js';

/** The options of `hotReload` for a setup. `hook` is called by every hook of the pipeline, and may throw. */
export function pipelineOptions(
  setup: Setup,
  hook: () => void,
): Omit<HotReloadOptions, 'source$' | 'target'> {
  return {
    root: ROOT,
    debounce: {
      minMs: setup.minMs,
      maxMs: setup.maxMs,
      maxWaitMs: setup.maxWaitMs,
      leading: setup.isLeading,
    },
    backoff: {
      delay: exponential({ initialMs: setup.initialMs, maxMs: setup.maxDelayMs }),
      maxRetries: setup.maxRetries,
      jitter: setup.jitter,
    },
    breaker: {
      trip: consecutive(setup.failureCount),
      openForMs: setup.openForMs,
      probeGapMs: setup.probeGapMs,
    },
    reloadTimeoutMs: setup.reloadTimeoutMs,
    ...(setup.concurrency !== Infinity && { concurrency: setup.concurrency }),
    retryUnchanged: setup.retryUnchanged,
    probeOn: setup.probeOn,
    beforeReload: hook,
    afterReload: hook,
    onRetry: hook,
    onHookError: () => undefined,
  };
}
