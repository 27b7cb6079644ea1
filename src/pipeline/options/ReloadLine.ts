import type { MonoTypeOperatorFunction, Subscription } from 'rxjs';
import type { BackoffRetryConfig } from '../../operators/backoffRetry.js';
import type { HookName, HotReloadOptions } from './HotReloadOptions.js';
import type { ServingVersions } from '../userCode/targetPorts.js';

/** What the stages of one running pipeline share: the options with their defaults, and what lives as long as it. */
export interface ReloadLine
  extends Pick<
    HotReloadOptions,
    'target' | 'store' | 'beforeReload' | 'afterReload' | 'onRetry' | 'scheduler'
  > {
  readonly backoff: BackoffRetryConfig;
  readonly reloadTimeoutMs: number;
  readonly retryUnchanged: boolean;
  readonly probeOn: 'timer' | 'change';
  readonly serving: ServingVersions;
  /** Hooks that nothing waits for: they end with the pipeline. */
  readonly hooks: Subscription;
  readonly permit: <T>() => MonoTypeOperatorFunction<T>;
  readonly onHookError: (hook: HookName, error: unknown) => void;
}
