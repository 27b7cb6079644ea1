import type { MonoTypeOperatorFunction, Subscription } from 'rxjs';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import type { BackoffRetryConfig } from '../../operators/backoffRetry.js';
import type { ServingVersions } from '../userCode/servingVersions.js';
import type { HookName, HotReloadOptions } from './HotReloadOptions.js';

/**
 * What the stages of one running pipeline share: the options with their defaults, and the objects that live as long as
 * the pipeline.
 */
export interface PipelineContext
  extends Pick<
    HotReloadOptions,
    'target' | 'store' | 'beforeReload' | 'afterReload' | 'onRetry' | 'scheduler'
  > {
  readonly backoff: BackoffRetryConfig;
  readonly reloadTimeoutMs: number;
  readonly retryUnchanged: boolean;
  readonly probeOn: 'timer' | 'change';
  /** The version of each plugin that answers calls. */
  readonly serving: ServingVersions;
  /** Hooks that no stage waits for. They are unsubscribed when the pipeline ends. */
  readonly hooks: Subscription;
  /** Limits attempts to `concurrency` at a time, over all plugins. */
  readonly withPermit: <T>() => MonoTypeOperatorFunction<T>;
  /** What the target asked for and nothing has begun yet. When the pipeline ends, the target does it by itself. */
  readonly open: Set<TargetRequest>;
  /** The plugins whose `beforeReload` runs now: it may wait for an order on the same plugin. */
  readonly inHook: Set<string>;
  readonly onHookError: (hook: HookName, error: unknown) => void;
}
