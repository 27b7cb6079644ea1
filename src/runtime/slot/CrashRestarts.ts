import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import { clockOf } from '../../modules/adapters/clock.js';
import { exponential } from '../../policies/backoff/exponential.js';
import type { CallGate, CallTarget } from '../calls/CallGate.js';
import { PluginCallError } from '../calls/PluginCallError.js';
import type { Probation } from '../calls/Probation.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import type { PluginInstance } from '../instances/PluginInstance.js';

/** The part of a plugin's slot that restarts use. */
export interface Restartable {
  readonly name: string;
  readonly gate: CallGate;
  readonly environment: Pick<RuntimeEnvironment, 'scheduler' | 'report' | 'emit'>;
  readonly version: number;
  readonly probation: Pick<Probation, 'fail' | 'failed'> | undefined;
  isServing(instance: PluginInstance): boolean;
  /** Restarts the version that serves; does nothing when `instance` does not serve any more. Waits for other work on the plugin. */
  restartCrashed(instance: PluginInstance): Promise<E.Either<ReloadError, void>>;
}

/**
 * Restarts a plugin whose worker died.
 *
 * States, as `BreakerChanged` reports them:
 * - closed: it serves, or a restart is due soon. Calls wait for that restart.
 * - open: it crashed too often. Calls are refused until the next try, a minute later.
 * - half-open: that try runs. Calls are still refused.
 */
export class CrashRestarts {
  /** Decides how long to wait. It forgets the crashes of an older version, since new code may have fixed them. */
  readonly #policy = new CrashPolicy();
  /** The version that `#policy` counts the crashes of. */
  #version = 0;
  /** The restart that is due; undefined when none is. There is at most one. */
  #timer: ReturnType<SchedulerLike['schedule']> | undefined;
  /** The state that was reported last: only a change of it is reported. */
  #breaker: BreakerStateName = 'closed';

  readonly #nowMs: () => number;

  constructor(readonly plugin: Restartable) {
    this.#nowMs = clockOf(plugin.environment.scheduler);
  }

  /** Watches an instance that serves from now on. Part of COMMIT. */
  watch(instance: PluginInstance): void {
    this.#cancel();
    this.#enter('closed', 'it serves again');
    if (this.plugin.version !== this.#version) this.#policy.forget();
    this.#version = this.plugin.version;
    this.#policy.started(this.#nowMs());
    instance.supervise?.((error) => this.#onCrash(instance, error));
  }

  /** What serves is dead although it has no worker that could say so. */
  died(instance: PluginInstance, error: ReloadError): void {
    this.#onCrash(instance, error);
  }

  /** The plugin was unloaded: a restart that is due is cancelled. */
  end(): void {
    this.#cancel();
    this.#enter('closed', 'it was unloaded');
  }

  #cancel(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }

  #onCrash(instance: PluginInstance, error: ReloadError): void {
    const { plugin } = this;
    const { environment, gate, name, probation } = plugin;
    if (!plugin.isServing(instance)) return;
    environment.report(error);
    const { delayMs, isOpen } = this.#policy.crashed(this.#nowMs());
    // Do this before the restart is scheduled, so that a rollback that it causes runs first: an older version can serve at once, this one
    // only in a minute.
    if (isOpen) probation?.fail(error.message);
    else probation?.failed(error.message);
    if (isOpen) {
      const retryAtMs = environment.scheduler.now() + delayMs;
      this.#enter('open', `it crashed again and again: ${error.message}`, retryAtMs);
      gate.serve(refuseAll(name, error.message, delayMs));
    } else {
      gate.hold();
    }
    this.#cancel();
    this.#timer = environment.scheduler.schedule(() => void this.#restart(instance), delayMs);
  }

  async #restart(instance: PluginInstance): Promise<void> {
    if (this.#breaker === 'open') this.#enter('half-open', 'it is started again');
    const restarted = await this.plugin.restartCrashed(instance);
    if (E.isRight(restarted)) return;
    // Aborted: the runtime closes.
    if (restarted.left._tag !== 'Aborted') this.#onCrash(instance, restarted.left);
  }

  #enter(to: BreakerStateName, reason: string, retryAtMs: number | null = null): void {
    const from = this.#breaker;
    if (from === to) return;
    this.#breaker = to;
    const { environment, name } = this.plugin;
    environment.emit({ _tag: 'BreakerChanged', plugin: name, from, to, reason, retryAtMs });
  }
}

function refuseAll(plugin: string, reason: string, retryAfterMs: number): CallTarget {
  const message = `${reason} It is started again in ${retryAfterMs} ms at the latest, or when its files change.`;
  const refuse = () => Promise.reject(new PluginCallError('Crashed', plugin, message));
  return { callable: () => refuse };
}

/** What to do about a crash: start again after `delayMs`. `isOpen`: calls are refused until then, since it crashes again and again. */
export interface CrashVerdict {
  readonly delayMs: number;
  readonly isOpen: boolean;
}

/** This many restarts in a row wait 1.5 s in all, and calls wait for them. From the next crash on, calls are refused. */
const MAX_RESTARTS_COUNT = 5;
/** A version that ran this long before it crashed ran well: its earlier crashes do not count any more. */
const CALM_MS = 10_000;
/** Wait between tries once calls are refused. */
const OPEN_FOR_MS = 60_000;
const delay = exponential({ initialMs: 100, maxMs: 30_000 });

/**
 * Restarts with backoff and a breaker: the first at once, the next after 100, 200, 400 and 800 ms, and then one per minute. When a version
 * ran for ten seconds before it crashed, the count starts over.
 *
 * @source The limit on restarts of a supervisor: https://www.erlang.org/doc/system/sup_princ.html#maximum-restart-intensity
 */
export class CrashPolicy {
  /** Crashes in a row. */
  #crashes = 0;
  /** When the version started; undefined when it has not started since its last crash. */
  #startedAtMs: number | undefined;

  started(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  crashed(nowMs: number): CrashVerdict {
    const ranMs = nowMs - (this.#startedAtMs ?? nowMs);
    this.#startedAtMs = undefined;
    this.#crashes = ranMs >= CALM_MS ? 1 : this.#crashes + 1;
    if (this.#crashes === 1) return { delayMs: 0, isOpen: false };
    if (this.#crashes > MAX_RESTARTS_COUNT) return { delayMs: OPEN_FOR_MS, isOpen: true };
    return { delayMs: delay(this.#crashes - 1), isOpen: false };
  }

  /** The crashes of an older version say nothing of the new one. */
  forget(): void {
    this.#crashes = 0;
  }
}
